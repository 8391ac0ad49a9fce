/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/layout.h"

#include <string.h>

enum who { PCA, CSR };
enum how { ZIP, JSON };
enum standard { SM_STANDARD, SM_PLAIN, INTERNATIONAL };

/* Short names, for the table. */
#define CERT CCM_EMU_PART_CERTIFICATE
#define CHAIN CCM_EMU_PART_CHAIN
#define CERT_AND_CHAIN CCM_EMU_PART_CERTIFICATE_AND_CHAIN
#define KEY CCM_EMU_PART_KEY
#define PFX CCM_EMU_PART_PKCS12
#define JKS CCM_EMU_PART_JKS
#define PASSWORD CCM_EMU_PART_KEYSTORE_PASSWORD
#define ENC_CERT CCM_EMU_PART_ENC_CERTIFICATE
#define ENC_KEY CCM_EMU_PART_ENC_KEY
#define ENVELOPED CCM_EMU_PART_ENVELOPED_KEY
#define SIGNED CCM_EMU_PART_SIGNED_AND_ENVELOPED

/* Types: those that the row is for; NULL ends them. */
static const struct layout {
	enum standard standard;
	enum how how;
	enum who who;
	const char *types[6];
	struct ccm_emu_piece pieces[CCM_EMU_PIECES_MAX];
} layouts[] = {
    {INTERNATIONAL, ZIP, PCA, {"APACHE"},
	{{"server.key", KEY}, {"chain.crt", CHAIN}, {"server.crt", CERT}}},
    {INTERNATIONAL, ZIP, PCA, {"IIS"}, {{"keystorePass.txt", PASSWORD}, {"server.pfx", PFX}}},
    {INTERNATIONAL, ZIP, PCA, {"NGINX"}, {{"server.key", KEY}, {"server.crt", CERT_AND_CHAIN}}},
    {INTERNATIONAL, ZIP, PCA, {"TOMCAT"}, {{"keystorePass.txt", PASSWORD}, {"server.jks", JKS}}},
    {INTERNATIONAL, ZIP, PCA, {"OTHER"},
	{{"server.key", KEY}, {"chain.pem", CHAIN}, {"server.pem", CERT}}},
    {INTERNATIONAL, ZIP, CSR, {"APACHE", "IIS", "TOMCAT"},
	{{"chain.crt", CHAIN}, {"server.crt", CERT}}},
    {INTERNATIONAL, ZIP, CSR, {"NGINX"}, {{"server.crt", CERT}}},
    {INTERNATIONAL, ZIP, CSR, {"OTHER"}, {{"chain.pem", CHAIN}, {"cert.pem", CERT}}},
    {INTERNATIONAL, JSON, PCA, {"APACHE", "NGINX", "OTHER"},
	{{"certificate", CERT}, {"certificate_chain", CHAIN}, {"private_key", KEY}}},
    {INTERNATIONAL, JSON, CSR, {"APACHE", "NGINX", "IIS", "TOMCAT", "OTHER"},
	{{"certificate", CERT}, {"certificate_chain", CHAIN}}},
    {SM_STANDARD, ZIP, PCA, {"OTHER"},
	{{"chain.pem", CHAIN}, {"signCert.key", KEY}, {"signCert.pem", CERT},
	    {"encSm2EnvelopedKey.key", ENVELOPED}, {"signedAndEnvelopedData.key", SIGNED},
	    {"encCert.pem", ENC_CERT}}},
    {SM_STANDARD, ZIP, CSR, {"OTHER"},
	{{"chain.pem", CHAIN}, {"signCert.pem", CERT}, {"encSm2EnvelopedKey.key", ENVELOPED},
	    {"signedAndEnvelopedData.key", SIGNED}, {"encCert.pem", ENC_CERT}}},
    {SM_PLAIN, ZIP, PCA, {"OTHER"},
	{{"chain.pem", CHAIN}, {"signCert.key", KEY}, {"signCert.pem", CERT},
	    {"encCert.key", ENC_KEY}, {"encCert.pem", ENC_CERT}}},
    {SM_PLAIN, ZIP, CSR, {"OTHER"},
	{{"chain.pem", CHAIN}, {"signCert.pem", CERT}, {"encCert.key", ENC_KEY},
	    {"encCert.pem", ENC_CERT}}},
    {SM_STANDARD, JSON, PCA, {"OTHER"},
	{{"certificate_chain", CHAIN}, {"certificate", CERT}, {"private_key", KEY},
	    {"enc_certificate", ENC_CERT}, {"enc_sm2_enveloped_key", ENVELOPED},
	    {"signed_and_enveloped_data", SIGNED}}},
    {SM_STANDARD, JSON, CSR, {"OTHER"},
	{{"certificate_chain", CHAIN}, {"certificate", CERT}, {"enc_certificate", ENC_CERT},
	    {"enc_sm2_enveloped_key", ENVELOPED}, {"signed_and_enveloped_data", SIGNED}}},
    {SM_PLAIN, JSON, PCA, {"OTHER"},
	{{"certificate_chain", CHAIN}, {"certificate", CERT}, {"private_key", KEY},
	    {"enc_certificate", ENC_CERT}, {"enc_private_key", ENC_KEY}}},
    {SM_PLAIN, JSON, CSR, {"OTHER"},
	{{"certificate_chain", CHAIN}, {"certificate", CERT}, {"enc_certificate", ENC_CERT},
	    {"enc_private_key", ENC_KEY}}},
};

static bool
is_for(const struct layout *layout, const char *type)
{
	for (size_t i = 0; layout->types[i] != NULL; i++)
		if (strcmp(layout->types[i], type) == 0)
			return true;
	return false;
}

const struct ccm_emu_piece *
ccm_emu_layout_find(const struct ccm_emu_form *form)
{
	enum standard sm2 = form->sm_standard ? SM_STANDARD : SM_PLAIN;
	enum standard standard = form->sm2 ? sm2 : INTERNATIONAL;

	for (size_t i = 0; i < CCM_COUNT(layouts); i++)
		if (layouts[i].standard == standard &&
		    (layouts[i].how == ZIP) == form->compressed &&
		    (layouts[i].who == PCA) == form->own_key && is_for(&layouts[i], form->type))
			return layouts[i].pieces;
	return NULL;
}
