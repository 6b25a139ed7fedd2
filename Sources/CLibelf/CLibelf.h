/* Headers of libelf, seen by Swift as module CLibelf. */
#pragma once
#include <libelf.h>
#include <gelf.h>
