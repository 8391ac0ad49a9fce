/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "ccm-"

static const struct ccm_trust_store stores[] = {
    {"/usr/local/share/ca-certificates", ".crt", "update-ca-certificates"},   /* Debian, Alpine */
    {"/etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust"},          /* Fedora, RHEL */
    {"/etc/pki/trust/anchors", ".pem", "update-ca-certificates"},             /* SUSE */
    {"/etc/ca-certificates/trust-source/anchors", ".crt", "update-ca-trust"}, /* Arch */
};

const struct ccm_trust_store *
ccm_trust_store_find(struct ccm_error *err)
{
	struct stat status;

	for (size_t i = 0; i < CCM_COUNT(stores); i++)
		if (stat(stores[i].directory, &status) == 0 && S_ISDIR(status.st_mode))
			return &stores[i];
	ccm_fail(err, CCM_UNSUPPORTED,
	    "no store of trust anchors that is known: neither %s (package ca-certificates) nor "
	    "another; ccm trust bundle writes a file",
	    stores[0].directory);
	return NULL;
}

char *
ccm_trust_store_path(const struct ccm_trust_store *store, const char *id, struct ccm_error *err)
{
	return ccm_format(err, "%s/" PREFIX "%s%s", store->directory, id, store->suffix);
}

static bool
is_ours(const struct ccm_trust_store *store, const char *name)
{
	size_t len = strlen(name), end = strlen(store->suffix);

	return strncmp(name, PREFIX, strlen(PREFIX)) == 0 && len > strlen(PREFIX) + end &&
	       strcmp(name + len - end, store->suffix) == 0;
}

static bool
is_among(const struct ccm_file *files, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(strrchr(files[i].path, '/') + 1, name) == 0)
			return true;
	return false;
}

static bool
remove_others(const struct ccm_trust_store *store, const struct ccm_file *files, size_t count,
    struct ccm_error *err)
{
	DIR *listing = opendir(store->directory);
	bool ok = true;

	if (listing == NULL)
		return ccm_fail_errno(err, CCM_STORE, "cannot read %s", store->directory);
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		if (!is_ours(store, entry->d_name) || is_among(files, count, entry->d_name))
			continue;
		if (unlinkat(dirfd(listing), entry->d_name, 0) != 0 && errno != ENOENT)
			ok = ccm_fail_errno(
			    err, CCM_STORE, "cannot remove %s/%s", store->directory, entry->d_name);
	}
	closedir(listing);
	return ok;
}

bool
ccm_trust_store_fill(const struct ccm_trust_store *store, struct ccm_file *files, size_t count,
    struct ccm_error *err)
{
	return (count == 0 || ccm_files_write(files, count, true, err)) &&
	       remove_others(store, files, count, err);
}

/* What it says goes to standard error: standard output is ours. */
static int
start(const struct ccm_trust_store *store, const struct ccm_tool *tool, pid_t *pid)
{
	char *const argv[] = {(char *)store->command, NULL};
	/* where system programs are, whoever calls */
	char path_variable[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const envp[] = {path_variable, NULL};
	const char *const places[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};
	posix_spawn_file_actions_t actions;
	char path[64];
	int result = ENOENT;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (tool->quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	for (size_t i = 0; result == ENOENT && i < CCM_COUNT(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], store->command);
		result = posix_spawn(pid, path, &actions, NULL, argv, envp);
	}
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

bool
ccm_trust_store_update(
    const struct ccm_trust_store *store, const struct ccm_tool *tool, struct ccm_error *err)
{
	int status = 0;
	pid_t pid, ended;

	errno = start(store, tool, &pid);
	if (errno != 0)
		return ccm_fail_errno(err, CCM_STORE, "cannot run %s", store->command);
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended < 0)
		return ccm_fail_errno(err, CCM_STORE, "%s", store->command);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	       ccm_fail(err, CCM_STORE, "%s ended with %s %d", store->command,
		   WIFEXITED(status) ? "exit status" : "signal",
		   WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
