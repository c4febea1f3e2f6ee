#include "tools/extract/name_table.h"

#include "core/base/random.h"

#include <stdlib.h>
#include <string.h>

// The slot where the name is, or the empty one where it belongs.
static uint32_t find_slot(const struct name_table *table, const char *name)
{
    uint32_t at = (uint32_t)random_hash_text(0, name) & (table->slot_count - 1);
    while (table->slots[at] && strcmp(table->names[table->slots[at] - 1], name) != 0) {
        at = (at + 1) & (table->slot_count - 1);
    }
    return at;
}

// Twice the slots, a power of two, never more than half full.
static int grow(struct name_table *table, struct error *err)
{
    uint32_t slot_count = table->slot_count ? 2 * table->slot_count : 256;
    char **names = realloc(table->names, slot_count / 2 * sizeof *names);
    if (!names) {
        return error_nomem(err, "class names");
    }
    table->names = names;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots) {
        return error_nomem(err, "class names");
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    for (uint32_t i = 0; i < table->count; i++) {
        table->slots[find_slot(table, table->names[i])] = i + 1;
    }
    return 0;
}

int name_table_add(struct name_table *table, const char *name, uint32_t *ret, struct error *err)
{
    if (table->count == table->slot_count / 2) {
        int code = grow(table, err);
        if (code < 0) {
            return code;
        }
    }
    uint32_t at = find_slot(table, name);
    if (!table->slots[at]) {
        char *copy = strdup(name);
        if (!copy) {
            return error_nomem(err, "class names");
        }
        table->names[table->count++] = copy;
        table->slots[at] = table->count;
    }
    *ret = table->slots[at] - 1;
    return 0;
}

void name_table_free(struct name_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        free(table->names[i]);
    }
    free(table->names);
    free(table->slots);
    memset(table, 0, sizeof *table);
}
