#include "tools/pack/sheet_pick.h"

#include "core/base/random.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
    uint64_t number; // that its path drew
    uint32_t row;
};

// By label, then by the number drawn.
static int compare_drawn(const void *left, const void *right, void *context)
{
    const struct candidate *a = left, *b = right;
    const struct pack *pack = context;
    uint16_t label_a = pack->data.labels[a->row], label_b = pack->data.labels[b->row];
    if (label_a != label_b) {
        return label_a < label_b ? -1 : 1;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->row < b->row ? -1 : 1;
}

static int compare_paths(const void *left, const void *right, void *context)
{
    const struct pack *pack = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = strcmp(pack_path(pack, a), pack_path(pack, b));
    return order ? order : a < b ? -1 : 1;
}

static enum pack_part part_of(const struct pack_column *split, uint32_t row)
{
    return split ? (enum pack_part)split->parts[row] : PART_NONE;
}

static size_t list_candidates(struct candidate *list, const struct pack *pack,
                              const struct pack_column *split, enum pack_part part, uint64_t seed)
{
    size_t count = 0;
    for (size_t clip = 0; clip < pack->clips; clip++) {
        uint32_t row = (uint32_t)(clip * (size_t)pack->samples_per_clip);
        enum pack_part found = part_of(split, row);
        if (pack->status[row] == CLIP_FAILED || (split && found == PART_NONE)
            || (part != PART_NONE && found != part)) {
            continue;
        }
        list[count++] = (struct candidate){random_hash_text(seed, pack_path(pack, row)), row};
    }
    qsort_r(list, count, sizeof *list, compare_drawn, (void *)pack);
    return count;
}

// One class: the first of `count` candidates, all of the same label.
static void add_class(struct sheet_pick *pick, uint32_t *rows, const struct candidate *list,
                      size_t count, const struct pack *pack, const struct pack_column *split,
                      int per_class)
{
    struct sheet_class *c = &pick->classes[pick->class_count++];
    *c = (struct sheet_class){.label = pack->data.labels[list[0].row], .clips = count,
                              .rows = rows};
    for (size_t i = 0; i < count; i++) {
        c->of_part[part_of(split, list[i].row)]++;
    }
    c->count = count < (size_t)per_class ? (int)count : per_class;
    for (int i = 0; i < c->count; i++) {
        rows[i] = list[i].row;
    }
    qsort_r(rows, (size_t)c->count, sizeof *rows, compare_paths, (void *)pack);
}

int sheet_pick(struct sheet_pick *ret, const struct pack *pack, const struct pack_column *split,
               enum pack_part part, int per_class, uint64_t seed, struct error *err)
{
    struct sheet_pick pick = {0};
    struct candidate *list = malloc((pack->clips + 1) * sizeof *list);
    pick.rows = malloc((pack->clips + 1) * sizeof *pick.rows);
    pick.classes = malloc(((size_t)pack->class_count + 1) * sizeof *pick.classes);
    int code = 0;
    if (!list || !pick.rows || !pick.classes) {
        code = error_nomem(err, "choosing clips");
        goto done;
    }
    size_t count = list_candidates(list, pack, split, part, seed);
    if (count == 0) {
        code = error_set(err, ERR_VALUE, "%s: no clip to show: of %zu, none is decoded%s",
                         pack->path, pack->clips, split ? " and in that split" : "");
        goto done;
    }
    uint32_t *rows = pick.rows;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count; end++) {
            if (pack->data.labels[list[end].row] != pack->data.labels[list[i].row]) {
                break;
            }
        }
        add_class(&pick, rows, &list[i], end - i, pack, split, per_class);
        rows += pick.classes[pick.class_count - 1].count;
    }
done:
    free(list);
    if (code < 0) {
        sheet_pick_free(&pick);
        return code;
    }
    *ret = pick;
    return 0;
}

void sheet_pick_free(struct sheet_pick *pick)
{
    free(pick->rows);
    free(pick->classes);
    *pick = (struct sheet_pick){0};
}
