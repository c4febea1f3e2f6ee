#include "tools/extract/crew.h"

#include "core/base/child.h"
#include "core/base/text.h"
#include "tools/common/progress.h"
#include "tools/extract/reply.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    LOOK_UP_MS = 200,     // the longest wait in one go
    LOST_IDLE_LIMIT = 20, // workers that may vanish between two clips
    PAUSE_S = 1,          // between two looks: more is a stop
};

enum state {
    STARTING, // its first message is due
    IDLE,
    BUSY,
};

struct member {
    struct child child;
    struct worker_setup setup;
    enum state state;
    size_t clip;     // that it works on
    int clips;       // that it was given
    double deadline; // for its next message
};

struct crew {
    struct crew_options options;
    struct member *members;
    struct pollfd *polls;
    int count;
    int lost_idle;
    double looked; // when the workers were last heard
    void *copy; // of the slot of the clip that is handed back
    char message[ERROR_TEXT_SIZE];
};

static int start_member(struct crew *crew, struct member *member, struct error *err)
{
    struct child_job job = {crew->options.prepare, crew->options.run, &member->setup};
    // A worker inherits its own slot and nobody else's.
    if (madvise(member->setup.slot, member->setup.shape.size, MADV_DOFORK) < 0) {
        return error_errno(err, errno, "cannot share memory with a worker process");
    }
    int code = child_start(&member->child, &job, &crew->options.sandbox, err);
    if (madvise(member->setup.slot, member->setup.shape.size, MADV_DONTFORK) < 0 && code == 0) {
        child_stop(&member->child, NULL, 0);
        code = error_errno(err, errno, "cannot share memory with a worker process");
    }
    member->state = STARTING;
    member->clips = 0;
    member->deadline = progress_clock() + crew->options.start_timeout_ms / 1000.0;
    return code;
}

static int replace_member(struct crew *crew, struct member *member, struct error *err)
{
    child_stop(&member->child, NULL, 0);
    return start_member(crew, member, err);
}

static int open_member(struct crew *crew, struct member *member, struct error *err)
{
    member->setup = crew->options.setup;
    size_t size = member->setup.shape.size;
    void *slot = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (slot == MAP_FAILED) {
        return error_errno(err, errno, "cannot share %zu bytes with a worker process", size);
    }
    member->setup.slot = slot;
    crew->count++; // from here on crew_close() looks after it
    return start_member(crew, member, err);
}

int crew_open(struct crew **ret, const struct crew_options *options, struct error *err)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew) {
        return error_nomem(err, "worker processes");
    }
    crew->options = *options;
    crew->members = calloc((size_t)options->workers, sizeof *crew->members);
    crew->polls = calloc((size_t)options->workers, sizeof *crew->polls);
    crew->copy = malloc(options->setup.shape.size);
    int code = crew->members && crew->polls && crew->copy
        ? 0 : error_nomem(err, "worker processes");
    for (int i = 0; code == 0 && i < options->workers; i++) {
        code = open_member(crew, &crew->members[i], err);
    }
    if (code < 0) {
        crew_close(&crew);
        return code;
    }
    crew->looked = progress_clock();
    *ret = crew;
    return 0;
}

static struct member *find_idle(const struct crew *crew)
{
    for (int i = 0; i < crew->count; i++) {
        if (crew->members[i].state == IDLE) {
            return &crew->members[i];
        }
    }
    return NULL;
}

bool crew_has_idle(const struct crew *crew)
{
    return find_idle(crew) != NULL;
}

// The last bytes of a name: what counts is its extension.
static void set_name(struct worker_request *request, const char *name)
{
    size_t length = strlen(name);
    const char *from = length < sizeof request->name ? name
                     : name + length - (sizeof request->name - 1);
    memcpy(request->name, from, strlen(from));
}

int crew_give(struct crew *crew, size_t clip, const int *fds, const char *const *names, int count,
              struct error *err)
{
    struct member *member = find_idle(crew);
    if (!member) {
        return 0;
    }
    int code = 0;
    for (int i = 0; code == 0 && i < count; i++) {
        struct worker_request request;
        memset(&request, 0, sizeof request);
        request.clip = clip;
        request.image = (uint32_t)i;
        request.images = (uint32_t)count;
        set_name(&request, names[i]);
        code = child_send(member->child.socket, &request, sizeof request, fds[i], NULL);
    }
    if (code < 0) {
        // It died with nothing to do: no clip's fault.
        if (++crew->lost_idle > LOST_IDLE_LIMIT) {
            char how[96];
            child_stop(&member->child, how, sizeof how);
            return error_set(err, ERR_CHILD, "worker processes keep vanishing: the last one %s",
                             how);
        }
        return replace_member(crew, member, err);
    }
    member->state = BUSY;
    member->clip = clip;
    member->clips++;
    member->deadline = progress_clock() + crew->options.timeout_ms / 1000.0;
    return 1;
}

// Replace the worker and report its clip as failed.
static int fail_clip(struct crew *crew, struct member *member, int why,
                     struct crew_result *ret, struct error *err)
{
    int code = replace_member(crew, member, err);
    if (code < 0) {
        return code;
    }
    *ret = (struct crew_result){.clip = member->clip, .message = crew->message, .code = why};
    return 1;
}

static int take_first_message(struct crew *crew, struct member *member, struct error *err)
{
    struct worker_reply reply;
    int code = child_receive(member->child.socket, &reply, sizeof reply, NULL, 0, NULL);
    if (code == ERR_STOPPED) {
        return 0;
    }
    if (code < 0 || reply.clip != WORKER_READY) {
        char how[96];
        child_stop(&member->child, how, sizeof how);
        return error_set(err, ERR_CHILD, "worker processes cannot be started: the first %s%s", how,
                         crew->options.sandbox.mode == SANDBOX_OFF ? ""
                         : " (--sandbox off asks less of this machine)");
    }
    member->state = IDLE;
    return 0;
}

static int take_answer(struct crew *crew, struct member *member, bool hung_up,
                       struct crew_result *ret, struct error *err)
{
    const struct slot_shape *shape = &member->setup.shape;
    struct worker_reply reply;
    struct error why = ERROR_INIT;
    int code = child_receive(member->child.socket, &reply, sizeof reply, NULL, 0, &why);
    if (code == ERR_STOPPED) {
        return 0;
    }
    if (code < 0) {
        char how[96];
        child_stop(&member->child, how, sizeof how);
        if (hung_up) {
            snprintf(crew->message, sizeof crew->message, "worker %s", how);
        } else {
            snprintf(crew->message, sizeof crew->message, "worker's answer makes no sense (%.200s)",
                     why.text);
        }
        return fail_clip(crew, member, ERR_CHILD, ret, err);
    }
    if (reply.code == 0) {
        // From here on the worker cannot change what is checked.
        memcpy(crew->copy, member->setup.slot, shape->size);
    }
    code = reply_check(&reply, member->clip, shape, crew->copy, &why);
    if (code < 0) {
        snprintf(crew->message, sizeof crew->message, "%s", why.text);
        return fail_clip(crew, member, code, ret, err);
    }
    *ret = (struct crew_result){
        .clip = member->clip,
        .message = "",
        .info = reply.info,
        .pixels = slot_pixels(shape, crew->copy),
        .frame_index = slot_index(shape, crew->copy),
        .timestamp = slot_time(shape, crew->copy),
    };
    member->state = IDLE;
    if (member->clips >= CREW_CLIPS_PER_WORKER) {
        code = replace_member(crew, member, err);
    }
    return code < 0 ? code : 1;
}

// Nothing was heard of it in time.
static int give_up(struct crew *crew, struct member *member, struct crew_result *ret,
                   struct error *err)
{
    if (member->state == STARTING) {
        return error_set(err, ERR_CHILD, "worker processes cannot be started: no sign of life "
                         "within %g s", crew->options.start_timeout_ms / 1000.0);
    }
    snprintf(crew->message, sizeof crew->message, "not decoded within %g s",
             crew->options.timeout_ms / 1000.0);
    return fail_clip(crew, member, ERR_CHILD, ret, err);
}

// A time in which we were stopped (Ctrl-Z, a frozen container) is not the workers', who
// were stopped as well; nor is one that we were long at something else.
static void forgive_pause(struct crew *crew, double now)
{
    double pause = now - crew->looked;
    for (int i = 0; pause > PAUSE_S && i < crew->count; i++) {
        crew->members[i].deadline += pause;
    }
    crew->looked = now;
}

int crew_next(struct crew *crew, struct crew_result *ret, struct error *err)
{
    double now = progress_clock();
    int wait_ms = LOOK_UP_MS;
    for (int i = 0; i < crew->count; i++) {
        struct member *member = &crew->members[i];
        crew->polls[i] = (struct pollfd){
            .fd = member->state == IDLE ? -1 : member->child.socket,
            .events = POLLIN,
        };
        if (member->state != IDLE && (member->deadline - now) * 1000 < wait_ms) {
            wait_ms = member->deadline > now ? (int)((member->deadline - now) * 1000) + 1 : 0;
        }
    }
    int ready = poll(crew->polls, (nfds_t)crew->count, wait_ms);
    if (ready < 0) {
        return errno == EINTR ? 0 : error_errno(err, errno, "cannot wait for worker processes");
    }
    now = progress_clock();
    forgive_pause(crew, now);
    for (int i = 0; i < crew->count; i++) {
        struct member *member = &crew->members[i];
        int got = 0;
        short events = crew->polls[i].revents;
        if (events) {
            got = member->state == STARTING
                ? take_first_message(crew, member, err)
                : take_answer(crew, member, events & POLLHUP, ret, err);
        } else if (member->state != IDLE && now >= member->deadline) {
            got = give_up(crew, member, ret, err);
        }
        if (got != 0) {
            return got; // the others are heard the next time
        }
    }
    return 0;
}

void crew_close(struct crew **crew)
{
    struct crew *c = *crew;
    if (!c) {
        return;
    }
    for (int i = 0; i < c->count; i++) {
        child_stop(&c->members[i].child, NULL, 0);
        munmap(c->members[i].setup.slot, c->members[i].setup.shape.size);
    }
    free(c->members);
    free(c->polls);
    free(c->copy);
    free(c);
    *crew = NULL;
}
