#include "CBPFShims.h"
