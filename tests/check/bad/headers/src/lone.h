/* SPDX-License-Identifier: Apache-2.0 */
struct ccm_x { size_t n; };
