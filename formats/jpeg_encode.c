#include "formats/jpeg_encode.h"

#include <assert.h>
#include <stdlib.h>
#include <turbojpeg.h>

struct jpeg_encoder {
    tjhandle handle;
    int width, height, quality;
    unsigned char *file; // the library's
};

int jpeg_encoder_open(struct jpeg_encoder **ret, int width, int height, int quality,
                      struct error *err)
{
    assert(quality >= 1 && quality <= JPEG_QUALITY_MAX);
    struct jpeg_encoder *encoder = malloc(sizeof *encoder);
    tjhandle handle = encoder ? tjInitCompress() : NULL;
    if (!handle) {
        free(encoder);
        return error_nomem(err, "a JPEG encoder");
    }
    *encoder = (struct jpeg_encoder){handle, width, height, quality, NULL};
    *ret = encoder;
    return 0;
}

void jpeg_encoder_close(struct jpeg_encoder **encoder)
{
    if (*encoder) {
        tjDestroy((*encoder)->handle);
        tjFree((*encoder)->file);
    }
    free(*encoder);
    *encoder = NULL;
}

int jpeg_encode(const unsigned char **ret, size_t *ret_size, struct jpeg_encoder *encoder,
                const uint8_t *pixels, const char *name, struct error *err)
{
    tjFree(encoder->file);
    encoder->file = NULL;
    unsigned long size = 0;
    if (tjCompress2(encoder->handle, pixels, encoder->width, 0, encoder->height, TJPF_RGB,
                    &encoder->file, &size, TJSAMP_444, encoder->quality,
                    TJFLAG_ACCURATEDCT) < 0) {
        return error_set(err, ERR_VALUE, "%s: a picture of %dx%d: libjpeg-turbo: %s", name,
                         encoder->width, encoder->height, tjGetErrorStr2(encoder->handle));
    }
    *ret = encoder->file;
    *ret_size = size;
    return 0;
}
