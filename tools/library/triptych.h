#ifndef LIBRARY_TRIPTYCH_H
#define LIBRARY_TRIPTYCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* libtriptych: read packs, and ask models about frames.
 *
 * ERRORS. What can fail returns 0, or -1 with one line about it in `message`: it names
 * the file and says what would be accepted, is cut to `size` bytes and ended with NUL.
 * TRIPTYCH_MESSAGE_SIZE holds all of it; message may be NULL with size 0. A failing open
 * leaves *ret as it was. Nothing is printed, nothing ends the program, no signal handler
 * is set, the environment is not read, and the program's locale changes nothing.
 *
 * OWNERSHIP. What a function returns by pointer belongs to the pack or the model it was
 * asked of, and lives until that is closed. What is handed in is not kept.
 *
 * NUMBERS. Rows, classes, frames and splits are counted from 0. A number beyond the
 * last is answered with NULL, or with what each function says.
 *
 * PROCESSES. The metadata of a pack, and a model, are parsed by a child that is forked,
 * filtered (Linux, seccomp, where the kernel allows it) and reaped within
 * triptych_pack_open() and triptych_model_open(). The program must let the library
 * reap its own child: no SIGCHLD set to SIG_IGN or SA_NOCLDWAIT, and no waitpid(-1)
 * in another thread meanwhile. Where it uses libhdf5 itself, no other thread may be
 * inside of libhdf5 during these two calls.
 *
 * THREADS. A pack may be read by any number of threads. A model predicts for one
 * thread at a time; several models are independent. Opening and closing the same
 * object is the business of one thread. A model has threads of its own and tells
 * OpenBLAS, once and for the whole process, to use one thread a call.
 *
 * FILES. A pack is mapped, not read: frames come from the disk when they are looked
 * at. If another process shortens the file meanwhile, looking at what is gone raises
 * SIGBUS. A model is held in memory, and its file may go.
 *
 * TEXTS are UTF-8 as the file has them. Paths and groups of a pack have odd bytes
 * escaped; other texts, and messages that quote them, may hold anything.
 *
 * VERSIONS. The names are exported with the version TRIPTYCH_0. What is declared here
 * keeps its meaning, its shape and its numbers as long as the library is called
 * libtriptych.so.0; functions may be added. */

enum {
    TRIPTYCH_MESSAGE_SIZE = 1024, /* bytes */
    TRIPTYCH_UNLABELLED = -1,
};

/* The library's version, such as "0.1.0". */
const char *triptych_version(void);

/* Sizes of a pack, or of what a model takes. A row is a sample: bytes
 * frames[T][height][width][3], RGB. */
struct triptych_shape {
    size_t rows; /* 0 for a model */
    int frames;  /* T of a row */
    int height;  /* pixels */
    int width;
    int classes;
};

/* ---- packs ---- */

struct triptych_pack;

/* Parts of a split. */
enum triptych_part { TRIPTYCH_NONE, TRIPTYCH_TRAIN, TRIPTYCH_VAL, TRIPTYCH_TEST };

/* Map the pack at `path`. Fails for what is no HDF5 file, no pack, incomplete,
 * truncated, damaged, or of a newer version. */
int triptych_pack_open(struct triptych_pack **ret, const char *path, char *message,
                       size_t size);

/* Accepts NULL in *pack; sets it to NULL. */
void triptych_pack_close(struct triptych_pack **pack);

struct triptych_shape triptych_pack_shape(const struct triptych_pack *pack);

/* The name of a class; NULL beyond the last. */
const char *triptych_pack_class(const struct triptych_pack *pack, int number);

/* The name of a split; NULL beyond the last. */
const char *triptych_pack_split(const struct triptych_pack *pack, int number);

/* The row's bytes, [T][height][width][3], in the mapping. The next row follows. */
const uint8_t *triptych_pack_frames(const struct triptych_pack *pack, size_t row);

/* The number of the row's class, or TRIPTYCH_UNLABELLED. */
int triptych_pack_label(const struct triptych_pack *pack, size_t row);

/* The row's clip, relative to the folder it was found in. */
const char *triptych_pack_path(const struct triptych_pack *pack, size_t row);

/* The source video that the clip was cut from; "" where it is not known. */
const char *triptych_pack_group(const struct triptych_pack *pack, size_t row);

/* [T]: which pictures of the clip these are, from 0, and at how many seconds. */
const uint32_t *triptych_pack_numbers(const struct triptych_pack *pack, size_t row);
const double *triptych_pack_seconds(const struct triptych_pack *pack, size_t row);

/* 1 if the clip was decoded. 0 if not: its frames are zeros, and it is in no part. */
int triptych_pack_decoded(const struct triptych_pack *pack, size_t row);

/* The row's part of the split with this number; TRIPTYCH_NONE beyond the last. */
enum triptych_part triptych_pack_part(const struct triptych_pack *pack, int split, size_t row);

/* Read all of it and check every checksum. -1 where one does not hold: the pack is
 * damaged, or not what it was when it was made. */
int triptych_pack_verify(const struct triptych_pack *pack, char *message, size_t size);

/* ---- models ---- */

struct triptych_model;

/* Read a model that train wrote. It computes with `threads` threads (1 .. 256), the
 * caller's among them; their number changes no result. Where a process opens several
 * files, those with more than one thread are best opened last, since opening forks. */
int triptych_model_open(struct triptych_model **ret, const char *path, int threads,
                        char *message, size_t size);

/* Accepts NULL in *model; sets it to NULL. */
void triptych_model_close(struct triptych_model **model);

/* What it takes: T, height and width of a sample, and the number of classes. */
struct triptych_shape triptych_model_shape(const struct triptych_model *model);

/* The name of a class; NULL beyond the last. A pack may number classes otherwise:
 * compare names. */
const char *triptych_model_class(const struct triptych_model *model, int number);

/* What the model says of `count` samples, frames[count][T][height][width][3] of the
 * shape it takes; rows of a pack that follow one another are that.
 *
 * probabilities[count][T][classes] receives the softmax for every frame, as predict
 * has it: of a model that was validated with mirror images (--eval-flip on), the mean
 * of a frame's and its mirror image's. A sample's answer is the mean over its frames.
 * logits, of the same shape, receives the net's outputs before the softmax, always of
 * the frames as they are. Either may be NULL.
 *
 * The same call gives the same bits. What else is in it may change a sample's last
 * ones; many samples in one call are also faster than as many calls. Fails where
 * memory runs out, or an output is not finite; then both may be half filled. */
int triptych_model_predict(struct triptych_model *model, const uint8_t *frames, size_t count,
                           float *probabilities, float *logits, char *message, size_t size);

#ifdef __cplusplus
}
#endif

#endif
