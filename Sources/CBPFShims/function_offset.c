// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#define _GNU_SOURCE
#include "CBPFShims.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* From an address to a place in the file, by the segment that is loaded there. */
static int to_offset(Elf *elf, uint64_t address, uint64_t *offset)
{
	size_t count;

	if (elf_getphdrnum(elf, &count))
		return -ENOEXEC;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD)
			continue;
		if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
			*offset = address - segment.p_vaddr + segment.p_offset;
			return 0;
		}
	}
	return -ESRCH;
}

static int find_in(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *function,
		   uint64_t *offset)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
		size_t length = name ? strcspn(name, "@") : 0;

		if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_value && length &&
		    strlen(function) == length && !memcmp(name, function, length))
			return to_offset(elf, symbol.st_value, offset);
	}
	return -ESRCH;
}

static int find(Elf *elf, const char *function, uint64_t *offset)
{
	Elf_Scn *section = NULL;

	if (!elf || elf_kind(elf) != ELF_K_ELF)
		return -ENOEXEC;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			return -ENOEXEC;
		if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM)
			continue;
		if (!find_in(elf, section, &header, function, offset))
			return 0;
	}
	return -ESRCH;
}

int bpf_shim_function_offset(const char *path, const char *function, uint64_t *offset)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf;
	int error;

	if (file < 0)
		return -errno;
	elf_version(EV_CURRENT);
	elf = elf_begin(file, ELF_C_READ_MMAP, NULL);
	error = find(elf, function, offset);
	elf_end(elf);
	close(file);
	return error;
}
