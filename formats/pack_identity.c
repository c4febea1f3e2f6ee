/* What decides the bytes of a pack, as lines of text that can be compared. */

#include "formats/pack_journal.h"

#include "core/base/digest.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digest_mark[] = "sha256:";

static void print_digest(FILE *out, const char *name, struct digest **digest)
{
    char hex[DIGEST_HEX_SIZE];
    digest_finish(digest, hex);
    fprintf(out, "%s\t%s%s\n", name, digest_mark, hex);
}

static int print_classes(FILE *out, const struct pack_plan *plan)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return -1;
    }
    for (int i = 0; i < plan->class_count; i++) {
        digest_add_text(digest, plan->classes[i]);
    }
    print_digest(out, "classes", &digest);
    return 0;
}

static int print_clips(FILE *out, const struct pack_plan *plan)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return -1;
    }
    for (size_t i = 0; i < plan->clips; i++) {
        struct pack_clip clip = plan->clip(plan->context, i);
        digest_add_text(digest, clip.path);
        digest_add_text(digest, clip.group);
        digest_add(digest, &clip.label, sizeof clip.label);
    }
    fprintf(out, "number of clips\t%zu\n", plan->clips);
    print_digest(out, "clips", &digest);
    return 0;
}

static int print_split(FILE *out, const struct pack_plan *plan,
                       const struct pack_split_plan *split)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return -1;
    }
    char name[512] = "split ", *end = name + strlen(name);
    text_escape(end, sizeof name - (size_t)(end - name), split->name);
    digest_add(digest, split->parts, plan->clips);
    print_digest(out, name, &digest);
    return 0;
}

static void print_attribute(FILE *out, const struct pack_attribute *attribute)
{
    char text[2048];
    if (attribute->type == ATTRIBUTE_TEXT) {
        text_escape(text, sizeof text, attribute->text);
    } else {
        snprintf(text, sizeof text, "%llu", (unsigned long long)attribute->integer);
    }
    fprintf(out, "%s\t%s\n", attribute->name, text);
}

int pack_identity(char **ret, const struct pack_plan *plan, struct error *err)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        return error_nomem(err, "description of a pack");
    }
    for (int i = 0; i < plan->attribute_count; i++) {
        print_attribute(out, &plan->attributes[i]);
    }
    fprintf(out, "shape\t%d samples of %d frames of %dx%d\n", plan->samples, plan->frames,
            plan->width, plan->height);
    int failed = print_classes(out, plan) || print_clips(out, plan);
    for (int i = 0; !failed && i < plan->split_count; i++) {
        failed = print_split(out, plan, &plan->splits[i]);
    }
    failed |= ferror(out);
    if (fclose(out) != 0 || failed) {
        free(text);
        return error_nomem(err, "description of a pack");
    }
    *ret = text;
    return 0;
}

// The value of a line whose name is the same as of `line`; NULL: there is none.
static const char *value_of(const char *text, const char *line, size_t *ret_length)
{
    size_t name = strcspn(line, "\t") + 1;
    for (; *text; text += strcspn(text, "\n") + 1) {
        if (strncmp(text, line, name) == 0) {
            *ret_length = strcspn(text, "\n") - name;
            return text + name;
        }
    }
    return NULL;
}

// "shape" only repeats what its parts say.
static bool is_told_elsewhere(const char *line)
{
    return strncmp(line, "shape\t", 6) == 0;
}

char *pack_identity_difference(char *out, size_t capacity, const char *old, const char *now)
{
    size_t used = 0;
    out[0] = 0;
    for (int side = 0; side < 2; side++) {
        const char *line = side == 0 ? old : now;
        for (; *line; line += strcspn(line, "\n") + 1) {
            int name = (int)strcspn(line, "\t"), length = 0;
            size_t mine = 0, other = 0;
            const char *value = value_of(line, line, &mine);
            const char *there = value_of(side == 0 ? now : old, line, &other);
            bool same = there && mine == other && memcmp(value, there, mine) == 0;
            if (same || (there && side == 1) || used >= capacity
                || (is_told_elsewhere(line) && used > 0)) {
                continue;
            }
            const char *comma = used ? "; " : "";
            if (!there) {
                length = snprintf(out + used, capacity - used, "%s%s%.*s", comma,
                                  side == 0 ? "no more " : "new: ", name, line);
            } else if (strncmp(value, digest_mark, sizeof digest_mark - 1) == 0) {
                length = snprintf(out + used, capacity - used, "%sother %.*s", comma, name, line);
            } else {
                length = snprintf(out + used, capacity - used, "%s%.*s %.*s, now %.*s", comma,
                                  name, line, (int)mine, value, (int)other, there);
            }
            used += (size_t)length;
        }
    }
    return out;
}
