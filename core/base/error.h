#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* How functions of this project fail.
 *
 * A fallible function returns 0, or one of the negative codes below. Detail
 * goes to the caller's struct error: what was being done, the file and the
 * value, and what would have been accepted. Nothing below tools/ prints. */

enum error_code {
    ERR_USAGE = -1,     /* an option or argument makes no sense */
    ERR_VALUE = -2,     /* a value is out of its range or fits nothing else */
    ERR_IO = -3,        /* the operating system refused or failed */
    ERR_FORMAT = -4,    /* a file is not what it should be, or is damaged */
    ERR_VERSION = -5,   /* a file of a format version we do not know */
    ERR_NOMEM = -6,     /* out of memory or of open files, or a stated limit on
                         * them reached: it says nothing of the file at hand */
    ERR_DECODE = -7,    /* a video cannot be decoded */
    ERR_EXISTS = -8,    /* the target exists, or another run is writing it */
    ERR_CHILD = -9,     /* a child process crashed, hung or lied */
    ERR_STOPPED = -10,  /* the user asked to stop */
    ERR_NUMERIC = -11,  /* not a number, or infinity, in a computation */
};

enum { ERROR_TEXT_SIZE = 1024 };

struct error {
    int code;                   /* 0 while nothing has failed */
    char text[ERROR_TEXT_SIZE]; /* one line, no trailing newline or full stop */
};

#define ERROR_INIT {0, {0}}
#define MUST_CHECK __attribute__((warn_unused_result))

/* Record code and the formatted text in *err, unless it already holds an
 * error: the first one wins. err may be NULL. Returns code, always. */
int error_set(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": " and the description of the errno value `number` behind
 * the text; the code is ERR_NOMEM for ENOMEM, EMFILE and ENFILE, else ERR_IO.
 * Returns the code. */
int error_errno(struct error *err, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Out of memory while doing `what`. Returns ERR_NOMEM. */
int error_nomem(struct error *err, const char *what);

#endif
