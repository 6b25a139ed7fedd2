// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* linux/netdev.h, which Debian 12's headers do not have. */
enum { NETDEV_CMD_DEV_GET = 1, NETDEV_A_DEV_IFINDEX = 1, NETDEV_A_DEV_XDP_FEATURES = 3 };

struct request {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[64];
};

static void add(struct request *request, uint16_t type, const void *bytes, uint16_t size)
{
	struct nlattr *attribute =
		(void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	memcpy((char *)attribute + NLA_HDRLEN, bytes, size);
	request->header.nlmsg_len =
		NLMSG_ALIGN(request->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len);
}

/* Sends a request and looks for an attribute of `size` bytes in its answer. */
static int ask(int socket, struct request *request, uint16_t type, void *bytes, uint16_t size)
{
	union {
		struct nlmsghdr header;
		char bytes[16384];
	} answer;
	const size_t start = NLMSG_LENGTH(sizeof(struct genlmsghdr));
	ssize_t length;

	request->header.nlmsg_flags = NLM_F_REQUEST;
	if (send(socket, request, request->header.nlmsg_len, 0) < 0)
		return -errno;
	length = recv(socket, &answer, sizeof(answer), 0);
	if (length < 0)
		return -errno;
	if (!NLMSG_OK(&answer.header, (size_t)length))
		return -EPROTO;
	if (answer.header.nlmsg_type == NLMSG_ERROR)
		return answer.header.nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ?
			       -EPROTO :
			       ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error ?: -EPROTO;
	for (size_t at = start; at + NLA_HDRLEN <= answer.header.nlmsg_len;) {
		struct nlattr attribute;

		memcpy(&attribute, answer.bytes + at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN ||
		    at + attribute.nla_len > answer.header.nlmsg_len)
			return -EPROTO;
		if ((attribute.nla_type & NLA_TYPE_MASK) == type &&
		    attribute.nla_len >= NLA_HDRLEN + size) {
			memcpy(bytes, answer.bytes + at + NLA_HDRLEN, size);
			return 0;
		}
		at += NLA_ALIGN(attribute.nla_len);
	}
	return -ENOENT;
}

int netctl_xdp_features(unsigned int interface, unsigned long long *features)
{
	int generic = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct request family = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct genlmsghdr)),
			    .nlmsg_type = GENL_ID_CTRL },
		.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
	};
	struct request device = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct genlmsghdr)) },
		.generic = { .cmd = NETDEV_CMD_DEV_GET, .version = 1 },
	};
	uint32_t index = interface;
	int error;

	if (generic < 0)
		return -errno;
	add(&family, CTRL_ATTR_FAMILY_NAME, "netdev", sizeof("netdev"));
	error = ask(generic, &family, CTRL_ATTR_FAMILY_ID, &device.header.nlmsg_type,
		    sizeof(device.header.nlmsg_type));
	add(&device, NETDEV_A_DEV_IFINDEX, &index, sizeof(index));
	if (!error)
		error = ask(generic, &device, NETDEV_A_DEV_XDP_FEATURES, features,
			    sizeof(*features));
	close(generic);
	return error;
}
