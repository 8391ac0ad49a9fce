/* SPDX-License-Identifier: Apache-2.0 */
struct ccm_y { int class; };
