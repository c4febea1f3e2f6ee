#ifndef TESTS_LOSSES_GOLDEN_H
#define TESTS_LOSSES_GOLDEN_H

/* Every case of tests/golden/losses.golden, in the number type of the build:
 * the mean loss within `value_tolerance` of PyTorch's (relative), the gradient
 * within `gradient_tolerance` (relative L2). Asserts. */
void losses_golden_check(double value_tolerance, double gradient_tolerance);

#endif
