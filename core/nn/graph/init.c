#include "core/nn/graph/init.h"

#include "core/base/random.h"

#include <math.h>

// `count` vectors of `length` numbers in a matrix: number k of vector v stands
// at v * apart + k * step.
struct vectors {
    real *at;
    size_t count;
    size_t length;
    size_t apart;
    size_t step;
};

static double product(const struct vectors *m, size_t v, size_t w)
{
    double sum = 0;
    for (size_t k = 0; k < m->length; k++) {
        sum += (double)m->at[v * m->apart + k * m->step]
             * (double)m->at[w * m->apart + k * m->step];
    }
    return sum;
}

// Gram and Schmidt, twice over, as once leaves too much where vectors are many.
static void make_orthogonal(const struct vectors *m, double size)
{
    for (size_t v = 0; v < m->count; v++) {
        for (size_t w = 0; w < 2 * v; w++) {
            size_t other = w % v;
            double share = product(m, v, other);
            for (size_t k = 0; k < m->length; k++) {
                m->at[v * m->apart + k * m->step]
                    -= (real)(share * (double)m->at[other * m->apart + k * m->step]);
            }
        }
        double length = sqrt(product(m, v, v));
        for (size_t k = 0; length > 0 && k < m->length; k++) {
            real *x = &m->at[v * m->apart + k * m->step];
            *x = (real)((double)*x / length);
        }
    }
    for (size_t i = 0; i < m->count * m->length; i++) {
        m->at[i] = (real)((double)m->at[i] * size);
    }
}

static void fill_orthogonal(real *values, const struct parameter *parameter, double size)
{
    size_t rows = (size_t)parameter->dim[0];
    size_t columns = parameter->size / rows;
    struct vectors m = rows <= columns ? (struct vectors){values, rows, columns, columns, 1}
                                       : (struct vectors){values, columns, rows, 1, columns};
    make_orthogonal(&m, size);
}

static double draw(struct random *random, struct initial initial)
{
    switch (initial.kind) {
    case INITIAL_UNIFORM:
        return (2 * random_unit(random) - 1) * initial.value;
    case INITIAL_NORMAL:
        return random_normal(random) * initial.value;
    case INITIAL_ORTHOGONAL:
        return random_normal(random);
    case INITIAL_CONSTANT:
        break;
    }
    return initial.value;
}

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
            values[k] = (real)draw(&random, initial);
        }
        if (initial.kind == INITIAL_ORTHOGONAL) {
            fill_orthogonal(values, parameter, initial.value);
        }
    }
}
