#ifndef VIDEO_CLIP_H
#define VIDEO_CLIP_H

#include "core/base/error.h"
#include "core/video/choose.h"

#include <stdint.h>

/* From an open video file to a few small RGB frames. */

enum clip_fit {
    FIT_CROP,    /* cut the centre to the target's aspect ratio, then scale */
    FIT_STRETCH, /* scale the whole picture, aspect ratio be damned */
    FIT_PAD,     /* scale the whole picture to fit inside, black around it */
};

/* How a clip is gone through. The result is the same. */
enum clip_seek {
    CLIP_SEEK_AUTO,   /* decode no more than is needed, where that is proven
                       * to give the very same pictures; else everything */
    CLIP_SEEK_NEVER,  /* decode everything */
    CLIP_SEEK_VERIFY, /* both; a difference is an error */
};

/* What every clip of a pack has in common. */
struct clip_options {
    int samples; /* K per clip, >= 1 */
    int frames;  /* T per sample, >= 1 */
    int width;   /* of a packed frame, in pixels */
    int height;
    enum clip_fit fit;
    enum choose_rule sampling;
    enum clip_seek seek;
    uint32_t stride; /* of the rules that have one; 0 means 1 */
};

/* What was found in one clip. */
struct clip_info {
    uint32_t frame_count; /* n: pictures that a full sequential decode yields */
    uint32_t width;       /* of the first picture, in pixels, as coded */
    uint32_t height;
    double frame_rate;    /* frames per second as the container says; 0 unknown */
    uint32_t decode_errors; /* packets that the decoder complained about; 0 if
                             * no picture that was needed is among them */
    uint8_t partly;         /* 1: not everything was decoded, else 0; for statistics,
                             * not for results: these do not depend on it. No bool:
                             * a child's bytes may be any */
};

/* Holds what is worth keeping from one clip to the next (scaler, buffers).
 * One per process; not shared between threads. */
struct clip_reader;

int clip_reader_open(struct clip_reader **ret, const struct clip_options *options,
                     struct error *err) MUST_CHECK;

/* What CHOOSE_RANDOM draws by in the clips read from now on; 0 at first. */
void clip_reader_set_draw(struct clip_reader *reader, uint64_t draw);

/* The choice that the options describe, for a clip that draws by `draw`. */
struct choice clip_choice(const struct clip_options *options, uint64_t draw);

/* Decode the clip behind the descriptor `fd` (a regular file; read by offset,
 * not closed). `name` is used for its extension alone, as a hint to the
 * demuxer; it need not lead to the file.
 *
 * On success:
 *   pixels      [K][T][height][width][3] RGB
 *   frame_index [K][T] numbers in 0 .. n-1: the k-th picture of a full
 *               sequential decode is picture k
 *   timestamp   [K][T] seconds from the first picture's, NaN where unknown
 *   *ret        what was found
 * On failure the buffers hold anything, and err says why in words fit for the
 * pack's message column (no path: the caller knows it). */
int clip_read(struct clip_reader *reader, int fd, const char *name, uint8_t *pixels,
              uint32_t *frame_index, double *timestamp, struct clip_info *ret,
              struct error *err) MUST_CHECK;

/* Accepts NULL; sets *reader to NULL. */
void clip_reader_close(struct clip_reader **reader);

/* How pixels come about, for the pack's attributes: each a constant text. How
 * a clip was gone through (enum clip_seek) has none: it changes nothing. */
const char *clip_decoder_text(void); /* "bitexact": the decoder's pixels, too, are those of
                                      * plain C code, whatever the CPU can do */
const char *clip_scaler_text(void);  /* "swscale area+accurate_rnd+full_chroma_int+bitexact" */
const char *clip_matrix_text(void);  /* the rule for matrix and range */
const char *clip_library_text(void); /* "libavcodec 59.37.100 libavformat ... libswscale ..." */

#endif
