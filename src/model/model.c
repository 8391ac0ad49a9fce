/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "core/crypto.h"
#include "model/cached.h"
#include "model/local_view.h"

struct ccm_model {
	atomic_uint refs;
	struct ccm_config *config;
	struct ccm_client *client;
	struct ccm_local *local;
	struct ccm_cache *cache; /* or NULL */
	struct ccm_token *tokens;
	size_t token_count;
	struct ccm_hsm **hsms; /* as in config */
	int64_t ttl_ms;
};

/* The process's model. It is never taken down: nothing of ours runs at exit (design rule 1). */
static struct ccm_lock shared_lock = CCM_LOCK_INIT;
static struct ccm_model *shared;

static const struct ccm_source *const sources[CCM_SERVICES] = {
    [CCM_PCA] = &ccm_source_pca,
    [CCM_SCM] = &ccm_source_scm,
};

/* The same account, endpoint and name give the same serial, on every machine. */
static bool
make_serial(struct ccm_token *token, const struct ccm_config *config, struct ccm_error *err)
{
	unsigned char hash[64];
	size_t hash_len;
	bool bound = token->hsm != NULL;
	char *identity = ccm_format(err, "%s\n%s\n%s\n%s\n%s\n%s%s%s", token->source->name,
	    config->cloud.endpoint[token->config->service], config->auth.access_key,
	    config->auth.user_domain, config->auth.project_id, token->config->name,
	    bound ? "\n" : "", bound ? token->config->hsm : "");
	bool ok =
	    identity != NULL && ccm_digest("SHA256", ccm_span_of(identity), hash, &hash_len, err);

	if (ok)
		ccm_hex(hash, 8, token->serial);
	ccm_free(identity);
	return ok;
}

/* What every name that a glob(7) pattern matches contains, for the service's own filter. */
static char *
longest_literal(const char *glob, struct ccm_error *err)
{
	const char *best = glob, *at = glob;
	size_t best_len = 0;

	if (strpbrk(glob, "[\\") != NULL)
		return ccm_strdup("", err);
	while (*at != '\0') {
		size_t len = strcspn(at, "*?");

		if (len > best_len) {
			best = at;
			best_len = len;
		}
		at += len + strspn(at + len, "*?");
	}
	return ccm_strndup(best, best_len <= 64 ? best_len : 64, err);
}

static bool
init_token(struct ccm_token *token, struct ccm_model *model, size_t index, struct ccm_error *err)
{
	ccm_lock_init(&token->lock);
	token->model = model;
	token->index = index;
	token->config = &model->config->tokens[index];
	token->source = sources[token->config->service];
	if (token->config->hsm[0] != '\0') {
		token->hsm = ccm_model_hsm(model, token->config->hsm, err);
		if (token->hsm == NULL)
			return false;
	}
	token->literal = longest_literal(token->config->glob, err);
	return token->literal != NULL && make_serial(token, model->config, err);
}

static bool
make_hsms(struct ccm_model *model, struct ccm_error *err)
{
	const struct ccm_config *config = model->config;

	model->hsms = ccm_alloc_array(config->hsm_count + 1, sizeof(*model->hsms), err);
	for (size_t i = 0; model->hsms != NULL && i < config->hsm_count; i++) {
		model->hsms[i] = ccm_hsm_new(&config->hsms[i], err);
		if (model->hsms[i] == NULL)
			return false;
	}
	return model->hsms != NULL;
}

struct ccm_hsm *
ccm_model_hsm(struct ccm_model *model, const char *cluster, struct ccm_error *err)
{
	const struct ccm_hsm_config *found = ccm_config_hsm(model->config, cluster);

	if (found != NULL)
		return model->hsms[found - model->config->hsms];
	ccm_fail(err, CCM_CONFIG, "there is no [hsm %s] in %s", cluster, model->config->source);
	return NULL;
}

static void
clear_token(struct ccm_token *token)
{
	for (size_t i = 0; i < CCM_KEPT_VIEWS; i++) {
		ccm_free(token->kept[i].key);
		ccm_view_unref(token->kept[i].view);
	}
	for (size_t i = 0; i < token->entry_count; i++)
		ccm_item_unref(token->entries[i].item);
	ccm_free(token->entries);
	ccm_free(token->by_id);
	ccm_free(token->learned.entries);
	ccm_free(token->learned.heads);
	ccm_free(token->chain_numbers);
	ccm_free(token->literal);
	ccm_lock_destroy(&token->lock);
}

/* No secret: this early, OpenSSL's generator is not begun for it. */
static int64_t
draw_ttl(int64_t configured_ms)
{
	unsigned char part = 0;

	if (getrandom(&part, sizeof(part), GRND_NONBLOCK) != sizeof(part))
		return configured_ms;
	return configured_ms - configured_ms / 8 * part / 255;
}

struct ccm_model *
ccm_model_new(
    struct ccm_config *take_config, struct ccm_http *take_transport, struct ccm_error *err)
{
	struct ccm_model *model = ccm_alloc(sizeof(*model), err);

	if (model == NULL) {
		ccm_config_free(take_config);
		ccm_http_free(take_transport);
		return NULL;
	}
	atomic_init(&model->refs, 1);
	model->config = take_config;
	model->ttl_ms = draw_ttl(take_config->cache_ttl_ms);
	model->client = take_transport != NULL
			    ? ccm_client_new_over(take_config, take_transport, err)
			    : ccm_client_new(take_config, err);
	model->cache = ccm_cached_open(take_config, take_transport == NULL);
	model->tokens = ccm_alloc_array(take_config->token_count, sizeof(*model->tokens), err);
	model->local = ccm_local_new(take_config, err);
	if (model->client == NULL || model->tokens == NULL || model->local == NULL ||
	    !make_hsms(model, err)) {
		ccm_model_unref(model);
		return NULL;
	}
	while (model->token_count < take_config->token_count) {
		size_t index = model->token_count++;

		if (!init_token(&model->tokens[index], model, index, err)) {
			ccm_model_unref(model);
			return NULL;
		}
	}
	return model;
}

static struct ccm_model *
get_shared(void)
{
	struct ccm_model *model;

	ccm_lock_acquire(&shared_lock);
	model = shared != NULL ? ccm_model_ref(shared) : NULL;
	ccm_lock_release(&shared_lock);
	return model;
}

/* Two threads may make one each; the first to arrive is everybody's. */
static struct ccm_model *
share(struct ccm_model *take_model)
{
	struct ccm_model *standing;

	ccm_lock_acquire(&shared_lock);
	if (shared == NULL)
		shared = ccm_model_ref(take_model);
	standing = ccm_model_ref(shared);
	ccm_lock_release(&shared_lock);
	ccm_model_unref(take_model);
	return standing;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return strcmp(a, b) == 0 || (stat(a, &of_a) == 0 && stat(b, &of_b) == 0 &&
					of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino);
}

/* Takes the reference; who names another file must not get this one's keys. */
static struct ccm_model *
check_source(struct ccm_model *model, const char *config_path, struct ccm_error *err)
{
	const char *source = model->config->source;

	if (config_path == NULL || is_same_file(config_path, source))
		return model;
	ccm_fail(err, CCM_CONFIG,
	    "configuration %s: this process already works with %s, and one is for all of it",
	    config_path, source);
	ccm_model_unref(model);
	return NULL;
}

struct ccm_model *
ccm_model_get(const char *config_path, struct ccm_error *err)
{
	struct ccm_model *model = get_shared();
	struct ccm_config *config;

	if (model != NULL)
		return check_source(model, config_path, err);
	config = ccm_config_load(config_path, err);
	if (config == NULL)
		return NULL;
	model = ccm_model_new(config, NULL, err);
	return model != NULL ? check_source(share(model), config_path, err) : NULL;
}

struct ccm_model *
ccm_model_ref(struct ccm_model *model)
{
	atomic_fetch_add(&model->refs, 1);
	return model;
}

void
ccm_model_unref(struct ccm_model *model)
{
	if (model == NULL || atomic_fetch_sub(&model->refs, 1) != 1)
		return;
	for (size_t i = 0; i < model->token_count; i++)
		clear_token(&model->tokens[i]);
	ccm_free(model->tokens);
	for (size_t i = 0; model->hsms != NULL && i < model->config->hsm_count; i++)
		ccm_hsm_unref(model->hsms[i]);
	ccm_free(model->hsms);
	ccm_local_free(model->local);
	ccm_client_free(model->client);
	ccm_cache_free(model->cache);
	ccm_config_free(model->config);
	ccm_free(model);
}

const struct ccm_config *
ccm_model_config(const struct ccm_model *model)
{
	return model->config;
}

int64_t
ccm_model_ttl_ms(const struct ccm_model *model)
{
	return model->ttl_ms;
}

struct ccm_client *
ccm_model_client(struct ccm_model *model)
{
	return model->client;
}

struct ccm_local *
ccm_model_local(struct ccm_model *model)
{
	return model->local;
}

struct ccm_cache *
ccm_model_cache(struct ccm_model *model)
{
	return model->cache;
}

void
ccm_model_expire(struct ccm_model *model)
{
	ccm_cache_expire(model->cache, NULL);
	for (size_t i = 0; i < model->token_count; i++)
		ccm_token_forget_answers(&model->tokens[i]);
}

size_t
ccm_model_token_count(const struct ccm_model *model)
{
	return model->token_count;
}

struct ccm_token *
ccm_model_token(struct ccm_model *model, size_t index)
{
	return index < model->token_count ? &model->tokens[index] : NULL;
}

const char *
ccm_token_label(const struct ccm_token *token)
{
	return token->config->name;
}

const char *
ccm_token_serial(const struct ccm_token *token)
{
	return token->serial;
}

const char *
ccm_token_service(const struct ccm_token *token)
{
	return token->source->name;
}

const char *
ccm_token_model_name(const struct ccm_token *token)
{
	static const char *const bound[CCM_SERVICES] = {
	    [CCM_PCA] = "PCA HSM", [CCM_SCM] = "SCM HSM"};

	return token->hsm != NULL ? bound[token->config->service] : token->source->name;
}

const struct ccm_hsm_config *
ccm_token_hsm(const struct ccm_token *token)
{
	return token->hsm != NULL ? ccm_config_hsm(token->model->config, token->config->hsm) : NULL;
}

size_t
ccm_token_index(const struct ccm_token *token)
{
	return token->index;
}

bool
ccm_token_needs_login(const struct ccm_token *token)
{
	return token->config->login == CCM_LOGIN_PIN;
}

bool
ccm_token_shows_revoked(const struct ccm_token *token)
{
	const char *status = token->config->status;

	return strcmp(status, "*") == 0 || strcmp(status, "REVOKED") == 0;
}

bool
ccm_token_is_read_only(const struct ccm_token *token)
{
	return token->config->read_only;
}

bool
ccm_token_has_keys(const struct ccm_token *token)
{
	return token->config->keys != CCM_KEYS_NONE;
}
