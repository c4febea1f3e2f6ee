#include "tools/library/triptych.h"

#include "formats/pack.h"
#include "tools/library/give_message.h"

#include <stdbool.h>
#include <stdlib.h>

struct triptych_pack {
    struct pack *pack;
};

// One set of numbers: the header's are the file's.
_Static_assert((int)TRIPTYCH_NONE == PART_NONE && (int)TRIPTYCH_TRAIN == PART_TRAIN
               && (int)TRIPTYCH_VAL == PART_VAL && (int)TRIPTYCH_TEST == PART_TEST, "parts");
_Static_assert((int)TRIPTYCH_MESSAGE_SIZE == ERROR_TEXT_SIZE, "messages");

static bool has_row(const struct triptych_pack *pack, size_t row)
{
    return row < pack->pack->data.samples;
}

const char *triptych_version(void)
{
    return TRIPTYCH_VERSION;
}

int triptych_pack_open(struct triptych_pack **ret, const char *path, char *message, size_t size)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct triptych_pack *pack = malloc(sizeof *pack);
    int code = pack ? pack_open(&pack->pack, path, &sandbox, &err) : error_nomem(&err, path);
    if (code < 0) {
        free(pack);
        return give_message(message, size, &err);
    }
    *ret = pack;
    return 0;
}

void triptych_pack_close(struct triptych_pack **pack)
{
    if (*pack) {
        pack_close(&(*pack)->pack);
    }
    free(*pack);
    *pack = NULL;
}

struct triptych_shape triptych_pack_shape(const struct triptych_pack *pack)
{
    const struct dataset *data = &pack->pack->data;
    return (struct triptych_shape){
        .rows = data->samples,
        .frames = data->frames_per_sample,
        .height = data->height,
        .width = data->width,
        .classes = pack->pack->class_count,
    };
}

const char *triptych_pack_class(const struct triptych_pack *pack, int number)
{
    const struct pack *p = pack->pack;
    return number >= 0 && number < p->class_count ? p->classes[number] : NULL;
}

const char *triptych_pack_split(const struct triptych_pack *pack, int number)
{
    const struct pack *p = pack->pack;
    return number >= 0 && number < p->split_count ? p->splits[number].name : NULL;
}

const uint8_t *triptych_pack_frames(const struct triptych_pack *pack, size_t row)
{
    const struct dataset *data = &pack->pack->data;
    size_t bytes = (size_t)data->frames_per_sample * (size_t)data->height
                 * (size_t)data->width * 3;
    return has_row(pack, row) ? data->frames + row * bytes : NULL;
}

int triptych_pack_label(const struct triptych_pack *pack, size_t row)
{
    uint16_t label = has_row(pack, row) ? pack->pack->data.labels[row] : DATASET_UNLABELLED;
    return label == DATASET_UNLABELLED ? TRIPTYCH_UNLABELLED : label;
}

const char *triptych_pack_path(const struct triptych_pack *pack, size_t row)
{
    return has_row(pack, row) ? pack_path(pack->pack, row) : NULL;
}

const char *triptych_pack_group(const struct triptych_pack *pack, size_t row)
{
    return has_row(pack, row) ? pack_group(pack->pack, row) : NULL;
}

const uint32_t *triptych_pack_numbers(const struct triptych_pack *pack, size_t row)
{
    const struct pack *p = pack->pack;
    return has_row(pack, row) ? p->frame_index + row * (size_t)p->data.frames_per_sample : NULL;
}

const double *triptych_pack_seconds(const struct triptych_pack *pack, size_t row)
{
    const struct pack *p = pack->pack;
    return has_row(pack, row) ? p->timestamp + row * (size_t)p->data.frames_per_sample : NULL;
}

int triptych_pack_decoded(const struct triptych_pack *pack, size_t row)
{
    return has_row(pack, row) && pack->pack->status[row] != CLIP_FAILED;
}

enum triptych_part triptych_pack_part(const struct triptych_pack *pack, int split, size_t row)
{
    return triptych_pack_split(pack, split) && has_row(pack, row)
         ? (enum triptych_part)pack->pack->splits[split].parts[row] : TRIPTYCH_NONE;
}

int triptych_pack_verify(const struct triptych_pack *pack, char *message, size_t size)
{
    struct error err = ERROR_INIT;
    size_t bad;
    bool digest_ok;
    int code = pack_verify(pack->pack, &bad, NULL, 0, &digest_ok, &err);
    if (code == 0 && bad > 0) {
        code = error_set(&err, ERR_FORMAT, "%s: damaged: %zu of %zu rows do not have the pixels "
                         "that were written", pack->pack->path, bad, pack->pack->data.samples);
    } else if (code == 0 && !digest_ok) {
        code = error_set(&err, ERR_FORMAT, "%s: damaged: labels, splits or clips are not those "
                         "that were written", pack->pack->path);
    }
    return code < 0 ? give_message(message, size, &err) : 0;
}
