#include "core/nn/init.h"

#include "core/base/random.h"

void init_parameters(struct graph *graph, uint64_t seed)
{
    struct parameters *all = &graph->parameters;
    for (int i = 0; i < all->count; i++) {
        const struct parameter *parameter = &all->table[i];
        struct initial initial = graph->initial[i];
        real *values = all->values + parameter->offset;
        struct random random;
        random_seed(&random, seed, random_hash_text(0, parameter->name));
        for (size_t k = 0; k < parameter->size; k++) {
            values[k] = (real)(initial.kind == INITIAL_CONSTANT
                                   ? initial.value
                                   : (2 * random_unit(&random) - 1) * initial.value);
        }
    }
}
