/* What cmocka.h needs before it. */
#ifndef GW_TESTS_UNIT_BASE_CM_H
#define GW_TESTS_UNIT_BASE_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
