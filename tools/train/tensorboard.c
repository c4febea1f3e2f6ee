#include "tools/train/tensorboard.h"

#include "core/base/io.h"
#include "core/base/output.h"
#include "formats/event_file.h"
#include "tools/train/filter_pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// "tfevents" in its name is how TensorBoard knows a file of its own.
static const char file_name[] = "events.out.tfevents";
static const char *const parts[] = {"train", "val"};

enum { PARTS = 2, TRAIN = 0, SCALARS_MAX = 6 };

// Curves of a part: the columns of history.csv, without the part's name.
struct curve {
    const char *tag;
    size_t offset; // of a double in struct history_row
};
#define COLUMN(name) offsetof(struct history_row, name)
static const struct curve curves[PARTS][SCALARS_MAX] = {
    {
        {"loss", COLUMN(train_loss)},
        {"accuracy_frame", COLUMN(train_accuracy_frame)},
        {"accuracy_sample", COLUMN(train_accuracy_sample)},
        {"lr", COLUMN(lr)},
        {"eval_loss", COLUMN(train_eval_loss)},
        {"eval_accuracy_frame", COLUMN(train_eval_accuracy_frame)},
    },
    {
        {"loss", COLUMN(val_loss)},
        {"accuracy_frame", COLUMN(val_accuracy_frame)},
        {"accuracy_sample", COLUMN(val_accuracy_sample)},
    },
};

struct tensorboard {
    int fd[PARTS]; // -1: no such part
    uint64_t size[PARTS];
    char path[PARTS][PATH_MAX];
};

// "RUN/tb", "RUN/tb/PART" or "RUN/tb/PART/FILE".
static int path_of(char path[PATH_MAX], const char *run, const char *part, const char *file,
                   struct error *err)
{
    int length = snprintf(path, PATH_MAX, "%s/tb%s%s%s%s", run, part ? "/" : "",
                          part ? part : "", file ? "/" : "", file ? file : "");
    return length < PATH_MAX ? 0 : error_errno(err, ENAMETOOLONG, "%s/tb", run);
}

// The folder, made where it is not there; not a link to one.
static int need_folder(const char *run, const char *part, struct error *err)
{
    char path[PATH_MAX];
    struct stat status;
    bool made;
    int code = path_of(path, run, part, NULL, err);
    code = code < 0 ? code : output_make_folder(&made, path, err);
    if (code < 0 || made) {
        return code;
    }
    if (lstat(path, &status) < 0) {
        return error_errno(err, errno, "%s", path);
    }
    return S_ISDIR(status.st_mode) ? 0 : error_set(err, ERR_EXISTS, "%s: is no folder; train "
                                                   "keeps files for TensorBoard in it", path);
}

// What an epoch comes to in one part, as a record.
static void append_epoch(struct protobuf *out, int part, const struct history_row *row,
                         const struct event_picture *picture)
{
    struct event_scalar scalars[SCALARS_MAX];
    size_t count = 0;
    for (int i = 0; i < SCALARS_MAX && curves[part][i].tag; i++) {
        double value;
        memcpy(&value, (const char *)row + curves[part][i].offset, sizeof value);
        if (!isnan(value)) {
            scalars[count++] = (struct event_scalar){curves[part][i].tag, value};
        }
    }
    event_file_step(out, row->epoch, scalars, count, picture);
}

static int write_end(struct tensorboard *board, int part, const struct protobuf *bytes,
                     struct error *err)
{
    const char *path = board->path[part];
    if (bytes->failed) {
        return error_nomem(err, path);
    }
    int code = io_write_at(board->fd[part], bytes->data, bytes->size, board->size[part], path,
                           err);
    if (code == 0 && fdatasync(board->fd[part]) < 0) {
        code = error_errno(err, errno, "%s: cannot sync", path);
    }
    board->size[part] += code == 0 ? bytes->size : 0;
    return code;
}

// How much of the file is of the epochs so far; 0: what is there does not do.
static int kept_size(uint64_t *ret, int fd, const char *path, size_t epochs, struct error *err)
{
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return error_errno(err, errno, "%s", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(err, ERR_IO, "%s: is no regular file", path);
    }
    size_t size = (size_t)status.st_size, kept = 0;
    unsigned char *bytes = malloc(size + 1);
    int code = bytes ? io_read_at(fd, bytes, size, 0, path, err) : error_nomem(err, path);
    if (code == 0 && event_file_records(&kept, bytes, size, epochs + 1)) {
        *ret = kept;
    } else if (code == 0) {
        *ret = 0;
    }
    free(bytes);
    return code;
}

static int open_part(struct tensorboard *board, int part, const char *run,
                     const struct history *history, struct error *err)
{
    char *path = board->path[part];
    int code = need_folder(run, parts[part], err);
    code = code < 0 ? code : path_of(path, run, parts[part], file_name, err);
    if (code < 0) {
        return code;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd < 0) {
        return error_errno(err, errno, "%s: cannot open for writing", path);
    }
    board->fd[part] = fd;
    code = kept_size(&board->size[part], fd, path, history->count, err);
    if (code == 0 && ftruncate(fd, (off_t)board->size[part]) < 0) {
        code = error_errno(err, errno, "%s: cannot cut it off", path);
    }
    if (code < 0 || board->size[part] > 0) {
        return code;
    }
    struct protobuf bytes = {0};
    event_file_head(&bytes);
    for (size_t i = 0; i < history->count; i++) {
        append_epoch(&bytes, part, &history->rows[i], NULL);
    }
    code = write_end(board, part, &bytes, err);
    protobuf_clear(&bytes);
    return code;
}

int tensorboard_open(struct tensorboard **ret, const char *run, const struct history *history,
                     bool validates, struct error *err)
{
    struct tensorboard *board = calloc(1, sizeof *board);
    if (!board) {
        return error_nomem(err, run);
    }
    board->fd[0] = board->fd[1] = -1;
    int code = need_folder(run, NULL, err);
    for (int part = 0; code == 0 && part < (validates ? PARTS : 1); part++) {
        code = open_part(board, part, run, history, err);
    }
    if (code < 0) {
        tensorboard_close(&board);
        return code;
    }
    *ret = board;
    return 0;
}

// The filters as they are now; *ret_png is NULL where the net has none.
static int draw_filters(struct event_picture *ret, unsigned char **ret_png, struct net *net,
                        const char *path, struct error *err)
{
    struct filter_pictures filters;
    *ret_png = NULL;
    if (!filter_pictures_find(&filters, net)) {
        return 0;
    }
    ret->tag = "filters";
    int code = filter_pictures_sheet(ret_png, &ret->png_size, &ret->width, &ret->height,
                                     &filters, path, err);
    ret->png = *ret_png;
    return code;
}

int tensorboard_add(struct tensorboard *board, const struct history_row *row, struct net *net,
                    struct error *err)
{
    struct event_picture picture;
    unsigned char *png;
    int code = draw_filters(&picture, &png, net, board->path[TRAIN], err);
    for (int part = 0; code == 0 && part < PARTS; part++) {
        struct protobuf bytes = {0};
        if (board->fd[part] >= 0) {
            append_epoch(&bytes, part, row, part == TRAIN && png ? &picture : NULL);
            code = write_end(board, part, &bytes, err);
        }
        protobuf_clear(&bytes);
    }
    free(png);
    return code;
}

void tensorboard_close(struct tensorboard **board)
{
    if (*board) {
        for (int part = 0; part < PARTS; part++) {
            if ((*board)->fd[part] >= 0) {
                close((*board)->fd[part]);
            }
        }
    }
    free(*board);
    *board = NULL;
}

int tensorboard_remove(const char *run, struct error *err)
{
    char path[PATH_MAX];
    for (int part = 0; part < PARTS; part++) {
        int code = path_of(path, run, parts[part], file_name, err);
        if (code == 0 && unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR) {
            code = error_errno(err, errno, "%s: cannot remove", path);
        }
        code = code < 0 ? code : path_of(path, run, parts[part], NULL, err);
        if (code < 0) {
            return code;
        }
        rmdir(path); // refused where there is anything else in it
    }
    int code = path_of(path, run, NULL, NULL, err);
    if (code == 0) {
        rmdir(path);
    }
    return code;
}
