/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_ATTR_GET_H
#define CCM_P11_ATTR_GET_H

/* How the attributes of the token's objects come by their values. */

#include "p11/attr.h"

/* What a getter is given; most need only some of it. */
#define CCM_P11_GETTER(name)                                                                 \
	bool ccm_p11_get_##name(__attribute__((unused)) const struct ccm_p11_object *object, \
	    __attribute__((unused)) const struct ccm_cert *certificate, struct ccm_buf *out, \
	    struct ccm_error *err)

CCM_P11_GETTER(label);
CCM_P11_GETTER(resource_id);
CCM_P11_GETTER(status);
CCM_P11_GETTER(issuer_id);
CCM_P11_GETTER(key_algorithm);
CCM_P11_GETTER(gen_mode);
CCM_P11_GETTER(cluster_id);
CCM_P11_GETTER(hsm_project);
CCM_P11_GETTER(value);
CCM_P11_GETTER(subject);
CCM_P11_GETTER(issuer);
CCM_P11_GETTER(serial);
CCM_P11_GETTER(public_key_info);
CCM_P11_GETTER(service);
CCM_P11_GETTER(id);
CCM_P11_GETTER(unique_id);
CCM_P11_GETTER(trusted);
CCM_P11_GETTER(distrusted);
CCM_P11_GETTER(trust_server);
CCM_P11_GETTER(trust_client);
CCM_P11_GETTER(trust_other);
CCM_P11_GETTER(extension_id);
CCM_P11_GETTER(extension_value);
CCM_P11_GETTER(category);
CCM_P11_GETTER(start_date);
CCM_P11_GETTER(end_date);
CCM_P11_GETTER(not_after);
CCM_P11_GETTER(check_value);
CCM_P11_GETTER(allowed_mechanisms);
CCM_P11_GETTER(is_private);
CCM_P11_GETTER(is_modifiable);
CCM_P11_GETTER(is_destroyable);
CCM_P11_GETTER(is_generated);
CCM_P11_GETTER(generated_by);
CCM_P11_GETTER(never_left);
CCM_P11_GETTER(encrypts);
CCM_P11_GETTER(signs);
CCM_P11_GETTER(derives);
CCM_P11_GETTER(modulus);
CCM_P11_GETTER(public_exponent);
CCM_P11_GETTER(modulus_bits);
CCM_P11_GETTER(ec_params);
CCM_P11_GETTER(ec_point);
CCM_P11_GETTER(sha1_hash);
CCM_P11_GETTER(md5_hash);
CCM_P11_GETTER(profile_id);
CCM_P11_GETTER(mechanism_type);
CCM_P11_GETTER(crl_value);
CCM_P11_GETTER(crl_url);
CCM_P11_GETTER(tags);

#endif
