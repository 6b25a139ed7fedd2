/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes the layout assertions of the shared header part of every Swift build. */
#include "netctl/abi.h"
