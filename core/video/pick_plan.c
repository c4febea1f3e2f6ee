#include "core/video/pick_plan.h"

#include <stdlib.h>

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void pick_plan_start(struct pick_plan *plan, const struct choice *choice, uint32_t *index,
                     uint32_t length)
{
    uint32_t count = choice->samples * choice->frames;
    *plan = (struct pick_plan){.index = index, .count = count, .length = length};
    choose_frames(choice, length, index);
    if (!choose_is_ascending(choice)) {
        qsort(index, count, sizeof *index, compare_numbers);
    }
}

uint32_t pick_plan_serve(struct pick_plan *plan, uint32_t k, uint32_t *ret_first)
{
    *ret_first = plan->next;
    while (plan->next < plan->count && plan->index[plan->next] == k) {
        plan->next++;
    }
    return plan->next - *ret_first;
}

bool pick_plan_is_right(const struct pick_plan *plan, uint32_t length)
{
    return plan->next == plan->count && plan->length == length;
}

uint32_t pick_plan_distinct(const struct pick_plan *plan, uint32_t *wanted)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        if (n == 0 || wanted[n - 1] != plan->index[i]) {
            wanted[n++] = plan->index[i];
        }
    }
    return n;
}
