/* Headers of libxdp, seen by Swift as module CLibxdp. */
#pragma once
#include <xdp/libxdp.h>
