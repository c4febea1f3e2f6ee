#include "tools/extract/complaints.h"

#include "tools/common/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct complaint {
    size_t clip;
    char *text;
};

int complaints_add(struct complaints *complaints, size_t clip, const char *path,
                   const char *message, struct error *err)
{
    if (complaints->count == complaints->capacity) {
        size_t capacity = 2 * complaints->capacity + 16;
        struct complaint *more = realloc(complaints->list, capacity * sizeof *more);
        if (!more) {
            return error_nomem(err, "list of failed clips");
        }
        complaints->list = more;
        complaints->capacity = capacity;
    }
    size_t size = strlen(path) + sizeof ": " + strlen(message);
    char *text = malloc(size);
    if (!text) {
        return error_nomem(err, "list of failed clips");
    }
    snprintf(text, size, "%s: %s", path, message);
    size_t at = complaints->count++;
    for (; at > 0 && complaints->list[at - 1].clip > clip; at--) {
        complaints->list[at] = complaints->list[at - 1];
    }
    complaints->list[at] = (struct complaint){clip, text};
    return 0;
}

void complaints_say(struct complaints *complaints, size_t end)
{
    size_t said = 0;
    for (; said < complaints->count && complaints->list[said].clip < end; said++) {
        report_say("extract", "%s", complaints->list[said].text);
        free(complaints->list[said].text);
    }
    if (said > 0) {
        complaints->count -= said;
        memmove(complaints->list, complaints->list + said,
                complaints->count * sizeof *complaints->list);
    }
}

void complaints_clear(struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++) {
        free(complaints->list[i].text);
    }
    free(complaints->list);
    *complaints = (struct complaints){0};
}
