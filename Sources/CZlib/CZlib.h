/* Headers of zlib, seen by Swift as module CZlib. */
#pragma once
#include <zlib.h>
