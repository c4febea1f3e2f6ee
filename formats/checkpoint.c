#include "formats/checkpoint.h"

#include "formats/checkpoint_parts.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER(member, real) {#member, offsetof(struct checkpoint, member), real}

const struct checkpoint_number checkpoint_numbers[CHECKPOINT_NUMBERS] = {
    NUMBER(step, false),
    NUMBER(epoch, false),
    NUMBER(position, false),
    NUMBER(optimiser_steps, false),
    NUMBER(schedule_best, true),
    NUMBER(schedule_lr, true),
    NUMBER(schedule_bad_epochs, false),
    NUMBER(schedule_cooldown, false),
    NUMBER(lr, true),
    NUMBER(loss_sum, true),
    NUMBER(examples, false),
    NUMBER(correct, false),
    NUMBER(best_epoch, false),
    NUMBER(best_accuracy, true),
    NUMBER(best_loss, true),
};

bool checkpoint_has_column(const struct history_column *column)
{
    return column->cell == HISTORY_WHOLE || column->cell == HISTORY_NUMBER;
}

double checkpoint_cell(const struct history_row *row, const struct history_column *column)
{
    const void *at = (const char *)row + column->offset;
    return column->cell == HISTORY_WHOLE ? *(const int *)at : *(const double *)at;
}

static void add_number(struct digest *digest, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> 8 * i);
    }
    digest_add(digest, bytes, sizeof bytes);
}

static void add_real(struct digest *digest, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_number(digest, bits);
}

static void add_history(struct digest *digest, const struct history *history)
{
    add_number(digest, history->count);
    for (const struct history_column *c = history_columns; c->name; c++) {
        if (!checkpoint_has_column(c)) {
            continue;
        }
        digest_add_text(digest, c->name);
        for (size_t i = 0; i < history->count; i++) {
            add_real(digest, checkpoint_cell(&history->rows[i], c));
        }
    }
}

// The fields and their order are part of the format: docs/checkpoint-format.md.
int checkpoint_digest(const struct checkpoint *checkpoint, const char *model_digest,
                      char hex[DIGEST_HEX_SIZE], struct error *err)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return error_nomem(err, "digest of a checkpoint");
    }
    digest_add_text(digest, "triptych checkpoint");
    add_number(digest, CHECKPOINT_FORMAT_VERSION);
    digest_add_text(digest, model_digest);
    for (int i = 0; i < CHECKPOINT_NUMBERS; i++) {
        const void *at = (const char *)checkpoint + checkpoint_numbers[i].offset;
        if (checkpoint_numbers[i].real) {
            add_real(digest, *(const double *)at);
        } else {
            add_number(digest, *(const uint64_t *)at);
        }
    }
    add_history(digest, &checkpoint->history);
    add_number(digest, (uint64_t)checkpoint->array_count);
    for (int i = 0; i < checkpoint->array_count; i++) {
        const struct checkpoint_array *a = &checkpoint->arrays[i];
        digest_add_text(digest, a->name);
        add_number(digest, a->count);
        digest_add(digest, a->values, a->count * sizeof *a->values);
    }
    digest_finish(&digest, hex);
    return 0;
}

void checkpoint_free(struct checkpoint **checkpoint)
{
    struct checkpoint *c = *checkpoint;
    if (c) {
        for (int i = 0; i < c->array_count; i++) {
            free((char *)c->arrays[i].name);
            free((real *)c->arrays[i].values);
        }
        history_clear(&c->history);
        free(c);
        *checkpoint = NULL;
    }
}
