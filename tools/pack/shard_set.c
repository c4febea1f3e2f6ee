#include "tools/pack/shard_set.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number_of(const struct pack *pack, const char *name, uint64_t *ret, struct error *err)
{
    const struct pack_value *value = pack_attribute(pack, name);
    if (!value || value->is_text || value->integer < 1 || value->integer > INT32_MAX) {
        return error_set(err, ERR_VALUE, "%s: a pack, but no shard (extract --shard I/N makes "
                         "them)", pack->path);
    }
    *ret = value->integer;
    return 0;
}

static int differ(const struct pack *a, const struct pack *b, const char *name,
                  const struct pack_value *left, const struct pack_value *right,
                  struct error *err)
{
    char texts[2][200];
    const struct pack_value *values[2] = {left, right};
    for (int i = 0; i < 2; i++) {
        if (!values[i]) {
            snprintf(texts[i], sizeof texts[i], "none");
        } else if (values[i]->is_text) {
            snprintf(texts[i], sizeof texts[i], "%.190s", values[i]->text);
        } else {
            snprintf(texts[i], sizeof texts[i], "%llu", (unsigned long long)values[i]->integer);
        }
    }
    return error_set(err, ERR_VALUE, "%s and %s are not shards of one pack: %s is %s in the first "
                     "and %s in the second", a->path, b->path, name, texts[0], texts[1]);
}

// Numbers that are each shard's own.
static bool may_differ(const char *name)
{
    return strcmp(name, PACK_SHARD) == 0 || strncmp(name, "clips", 5) == 0
        || strcmp(name, PACK_SHARD_OF) == 0;
}

static int check_attributes(const struct pack *a, const struct pack *b, struct error *err)
{
    for (int i = 0; i < a->attribute_count; i++) {
        const struct pack_value *left = &a->attributes[i];
        const struct pack_value *right = pack_attribute(b, left->name);
        bool same = right && left->is_text == right->is_text
                 && (left->is_text ? strcmp(left->text, right->text) == 0
                                   : left->integer == right->integer);
        if (!same && !may_differ(left->name)) {
            return differ(a, b, left->name, left, right, err);
        }
    }
    for (int i = 0; i < b->attribute_count; i++) {
        const struct pack_value *right = &b->attributes[i];
        if (!pack_attribute(a, right->name)) {
            return differ(a, b, right->name, NULL, right, err);
        }
    }
    return 0;
}

static bool same_shape(const struct pack *a, const struct pack *b)
{
    bool same = a->samples_per_clip == b->samples_per_clip && a->class_count == b->class_count
             && a->data.frames_per_sample == b->data.frames_per_sample
             && a->data.height == b->data.height && a->data.width == b->data.width
             && a->split_count == b->split_count;
    for (int i = 0; same && i < a->class_count; i++) {
        same = strcmp(a->classes[i], b->classes[i]) == 0;
    }
    for (int i = 0; same && i < a->split_count; i++) {
        same = pack_split(b, a->splits[i].name) != NULL;
    }
    return same;
}

// Are they of one plan? Options first: they explain the rest.
static int check_pair(const struct pack *a, const struct pack *b, struct error *err)
{
    int code = check_attributes(a, b, err);
    if (code < 0) {
        return code;
    }
    const struct pack_value *left = pack_attribute(a, PACK_SHARD_OF);
    const struct pack_value *right = pack_attribute(b, PACK_SHARD_OF);
    if (!left || !right || !left->is_text || !right->is_text
        || strcmp(left->text, right->text) != 0 || !same_shape(a, b)) {
        return error_set(err, ERR_VALUE, "%s and %s are not shards of one pack: their classes, "
                         "clips or splits differ", a->path, b->path);
    }
    return 0;
}

static int check_sums(const struct pack *pack, struct error *err)
{
    size_t bad = 0;
    bool digest_ok = false;
    int code = pack_verify(pack, &bad, NULL, 0, &digest_ok, err);
    if (code == 0 && (bad > 0 || !digest_ok)) {
        code = error_set(err, ERR_FORMAT, "%s: damaged; 'pack verify' says where", pack->path);
    }
    return code;
}

// Put an open pack, which becomes the set's, into its place.
static int take(struct shard_set *set, struct pack *pack, struct error *err)
{
    uint64_t number = 0, count = 0;
    int code = number_of(pack, PACK_SHARDS, &count, err);
    code = code < 0 ? code : number_of(pack, PACK_SHARD, &number, err);
    if (code == 0 && (number > count || count > PACK_SHARDS_MAX)) {
        code = error_set(err, ERR_FORMAT, "%s: shard %llu of %llu: 1 to %d of them make a pack",
                         pack->path, (unsigned long long)number, (unsigned long long)count,
                         (int)PACK_SHARDS_MAX);
    }
    if (code == 0 && !set->packs) {
        set->packs = calloc((size_t)count, sizeof *set->packs);
        set->first = calloc((size_t)count + 1, sizeof *set->first);
        set->count = set->packs && set->first ? (int)count : 0;
        code = set->count > 0 ? 0 : error_nomem(err, "list of shards");
    }
    for (int i = 0; code == 0 && i < set->count; i++) {
        if (set->packs[i]) {
            code = check_pair(set->packs[i], pack, err);
            break;
        }
    }
    if (code == 0 && set->packs[number - 1]) {
        code = error_set(err, ERR_VALUE, "%s and %s are both shard %llu of %llu",
                         set->packs[number - 1]->path, pack->path, (unsigned long long)number,
                         (unsigned long long)count);
    }
    code = code < 0 ? code : check_sums(pack, err);
    if (code < 0) {
        pack_close(&pack);
        return code;
    }
    set->packs[number - 1] = pack;
    return 0;
}

static int check_all_there(const struct shard_set *set, struct error *err)
{
    char text[200] = "";
    size_t used = 0;
    int missing = 0;
    for (int i = 0; i < set->count; i++) {
        if (!set->packs[i]) {
            missing++;
            if (used + 24 < sizeof text) {
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%d",
                                         used ? ", " : "", i + 1);
            }
        }
    }
    if (missing > 0) {
        return error_set(err, ERR_VALUE, "%d of %d shards %s missing: number %s%s", missing,
                         set->count, missing == 1 ? "is" : "are", text,
                         used + 24 < sizeof text ? "" : " ...");
    }
    return 0;
}

int shard_set_open(struct shard_set *ret, char *const *paths, int count,
                   const struct sandbox *sandbox, struct error *err)
{
    struct shard_set set = {0};
    int code = 0;
    for (int i = 0; code == 0 && i < count; i++) {
        struct pack *pack;
        code = pack_open(&pack, paths[i], sandbox, err);
        code = code < 0 ? code : take(&set, pack, err);
    }
    code = code < 0 ? code : check_all_there(&set, err);
    if (code < 0) {
        shard_set_close(&set);
        return code;
    }
    for (int i = 0; i < set.count; i++) {
        set.clips += set.packs[i]->clips;
        set.first[i + 1] = set.clips;
    }
    *ret = set;
    return 0;
}

void shard_set_find(const struct shard_set *set, size_t clip, const struct pack **ret_pack,
                    size_t *ret_row)
{
    int low = 0, high = set->count;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (set->first[middle] <= clip) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *ret_pack = set->packs[low];
    *ret_row = (clip - set->first[low]) * (size_t)set->packs[low]->samples_per_clip;
}

void shard_set_close(struct shard_set *set)
{
    for (int i = 0; i < set->count; i++) {
        pack_close(&set->packs[i]);
    }
    free(set->packs);
    free(set->first);
    memset(set, 0, sizeof *set);
}
