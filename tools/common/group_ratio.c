#include "tools/common/group_ratio.h"

#include "core/base/text.h"
#include "formats/pack.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SHARE_MAX = 1000000 };

// In the order to be served: of a class with two groups, one is to be tested on.
static const struct {
    enum pack_part part;
    const char *word;
} parts[GROUP_RATIO_PARTS] = {{PART_TRAIN, "train"}, {PART_TEST, "test"}, {PART_VAL, "val"}};

// Where the parts as written, train : val : test, stand in that order.
static const int place[GROUP_RATIO_PARTS] = {0, 2, 1};

int group_ratio_parse(struct group_ratio *ret, const char *text, struct error *err)
{
    uint32_t given[GROUP_RATIO_PARTS] = {0};
    uint64_t number = 0;
    char copy[64], *next = copy;
    text = text ? text : "6:2:2";
    bool good = strlen(text) < sizeof copy;
    if (good) {
        memcpy(copy, text, strlen(text) + 1);
    }
    for (int i = 0; good && i < GROUP_RATIO_PARTS; i++) {
        char *word = strsep(&next, ":");
        good = word && text_to_u64(word, &number) && number <= SHARE_MAX;
        given[place[i]] = (uint32_t)number;
    }
    if (!good || next || given[0] == 0) {
        char shown[80];
        return error_set(err, ERR_USAGE, "--ratio %s: A:B:C is needed, whole numbers up to %d, A "
                         "(train) at least 1", text_escape(shown, sizeof shown, text), SHARE_MAX);
    }
    struct group_ratio ratio = {.count = 0};
    size_t used = 0;
    for (int i = 0; i < GROUP_RATIO_PARTS; i++) {
        if (given[i] > 0) {
            used += (size_t)snprintf(ratio.text + used, sizeof ratio.text - used, "%s%s %u",
                                     ratio.count ? ", " : "", parts[i].word, given[i]);
            ratio.shares[ratio.count++] = (struct group_share){(uint8_t)parts[i].part, given[i]};
        }
    }
    snprintf(ratio.text + used, sizeof ratio.text - used, "; whole groups of each class");
    *ret = ratio;
    return 0;
}
