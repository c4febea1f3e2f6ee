// The losses in the number type that programs use, against PyTorch's.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/losses_golden.h"

#ifdef NN_DOUBLE
#error "this one is about float"
#endif

// Scores are rounded to float, and gradients are floats.
static void test_golden(void **state)
{
    (void)state;
    losses_golden_check(1e-6, 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
