#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "dispatchd/front_p.h"

enum { BACKLOG = 1024, PEM_MAX = 1024 * 1024 };

union addr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_port(const char *text, uint16_t *port)
{
    char *end = NULL;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno || n > 65535) {
        return false;
    }
    *port = (uint16_t)n;
    return true;
}

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080". Names are not looked up. */
static bool parse_addr(const char *text, union addr *out, socklen_t *len)
{
    char host[64];
    uint16_t port = 0;
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host || !parse_port(colon + 1, &port)) {
        return false;
    }
    memset(out, 0, sizeof *out);
    size_t n = (size_t)(colon - text);
    memcpy(host, text, n);
    host[n] = '\0';
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        *len = sizeof out->v6;
        return inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(port);
    *len = sizeof out->v4;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                     &out->v4.sin_addr) == 1;
}

static bool is_loopback(const union addr *addr)
{
    if (addr->any.sa_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&addr->v6.sin6_addr);
    }
    return (ntohl(addr->v4.sin_addr.s_addr) >> 24) == 127;
}

static void print_addr(const union addr *addr, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (addr->any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &addr->v6.sin6_addr, host, sizeof host); /* cannot fail: size */
        (void)snprintf(out, size, "[%s]:%u", host, ntohs(addr->v6.sin6_port));
    } else {
        (void)inet_ntop(AF_INET, &addr->v4.sin_addr, host, sizeof host);
        (void)snprintf(out, size, "%s:%u", host, ntohs(addr->v4.sin_port));
    }
}

enum gw_err net_listen(const char *text, bool plain, int *sock, char *address, size_t size,
                       struct gw_fail *fail)
{
    union addr addr;
    socklen_t len = 0;
    if (!parse_addr(text, &addr, &len)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("%s is no address to listen on. Write ADDR:PORT, for example "
                             "127.0.0.1:8470 or [::1]:8470."),
                           text);
    }
    if (plain && !is_loopback(&addr)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("Plain HTTP is served on the loopback address only, and %s is another "
                             "one. Give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a "
                             "proxy that does TLS."),
                           text);
    }
    int on = 1;
    int fd = socket(addr.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, &addr.any, len) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, &addr.any, &len) != 0) {
        int why = errno;
        if (fd >= 0) {
            (void)close(fd); /* nothing was served on it */
        }
        return gw_fail_set(fail, GW_OFFLINE,
                           _("Cannot listen on %s: %s. Choose another port, or stop the program "
                             "that has it."),
                           text, strerror(why));
    }
    print_addr(&addr, address, size);
    *sock = fd;
    return GW_OK;
}

enum gw_err net_read_pem(const char *path, char **out, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, PEM_MAX);
    enum gw_err err = gw_file_read(path, &text, fail);
    if (err != GW_OK) {
        gw_buf_free(&text);
        return err == GW_ABSENT
                   ? gw_fail_set(fail, GW_INVALID,
                                 _("There is no file %s. Give the PEM files of the server's "
                                   "certificate and key."),
                                 path)
                   : err;
    }
    *out = text.data; /* NUL-terminated; the owner frees it */
    return GW_OK;
}

/* sd_notify(3): one datagram to the socket that systemd named; without one, nothing. */
void net_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof addr.sun_path) {
        return;
    }
    size_t n = strlen(path);
    memcpy(addr.sun_path, path, n);
    if (addr.sun_path[0] == '@') {
        addr.sun_path[0] = '\0'; /* abstract name space */
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    /* Nobody to tell when the manager does not listen. */
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&addr, len);
    (void)close(fd);
}
