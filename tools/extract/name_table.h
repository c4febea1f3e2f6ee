#ifndef TOOLS_NAME_TABLE_H
#define TOOLS_NAME_TABLE_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Names and numbers for them, in order of first appearance. Not thread-safe. */
struct name_table {
    char **names; /* [count], owned */
    uint32_t count;
    uint32_t *slots; /* hash table of numbers + 1; 0 is empty */
    uint32_t slot_count;
};

/* The number of a name, which is added if it is new. */
int name_table_add(struct name_table *table, const char *name, uint32_t *ret,
                   struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void name_table_free(struct name_table *table);

#endif
