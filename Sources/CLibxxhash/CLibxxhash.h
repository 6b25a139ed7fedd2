/* Headers of libxxhash, seen by Swift as module CLibxxhash. */
#pragma once
#include <xxhash.h>
