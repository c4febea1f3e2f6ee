#include "core/nn/parameters.h"

#include <string.h>

const struct parameter *parameters_find(const struct parameters *parameters, const char *name)
{
    for (int i = 0; i < parameters->count; i++) {
        if (strcmp(parameters->table[i].name, name) == 0) {
            return &parameters->table[i];
        }
    }
    return NULL;
}
