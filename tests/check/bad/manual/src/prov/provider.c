/* SPDX-License-Identifier: Apache-2.0 */
static const char *a = setting(prov, "ccm-config"), *b = setting(prov, "ccm-lost");
