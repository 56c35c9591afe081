package vendorhttp_test

import (
	"crypto"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/youmark/pkcs8"

	"github.com/otelactivity/otelactivity/internal/vendorhttp"
	"github.com/otelactivity/otelactivity/providers"
)

func TestKeysAndAlgorithms(t *testing.T) {
	k := keys()
	ecDER := must(x509.MarshalECPrivateKey(k.p256))
	scrypt := &pkcs8.Opts{Cipher: pkcs8.AES128CBC, KDFOpts: pkcs8.ScryptOpts{SaltSize: 8, CostParameter: 16, BlockSize: 8, ParallelizationParameter: 1}}
	for name, tt := range map[string]struct {
		key        string
		passphrase providers.Secret
		id, alg    string
		public     crypto.Signer
		wantAlg    string
		wantID     any
	}{
		"PKCS#1":                {key: block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k.rsa)), public: k.rsa, wantAlg: "RS256"},
		"PKCS#8 RSA":            {key: pkcs8PEM(k.rsa), public: k.rsa, wantAlg: "RS256"},
		"PKCS#8 EC":             {key: pkcs8PEM(k.p256), public: k.p256, wantAlg: "ES256"},
		"PKCS#8 P-384":          {key: pkcs8PEM(k.p384), public: k.p384, wantAlg: "ES384"},
		"PKCS#8 P-521":          {key: pkcs8PEM(k.p521), public: k.p521, wantAlg: "ES512"},
		"PKCS#8 Ed25519":        {key: pkcs8PEM(k.ed), public: k.ed, wantAlg: "EdDSA"},
		"SEC 1":                 {key: block("EC PRIVATE KEY", ecDER), public: k.p256, wantAlg: "ES256"},
		"SEC 1 with parameters": {key: block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + block("EC PRIVATE KEY", ecDER), public: k.p256, wantAlg: "ES256"},
		"encrypted, PBKDF2":     {key: encrypted(k.rsa, nil), passphrase: "example-passphrase", public: k.rsa, wantAlg: "RS256"},
		"encrypted, scrypt":     {key: encrypted(k.p256, scrypt), passphrase: "example-passphrase", public: k.p256, wantAlg: "ES256"},
		"passphrase not needed": {key: pkcs8PEM(k.rsa), passphrase: "example-passphrase", public: k.rsa, wantAlg: "RS256"},
		"line breaks as \\n":    {key: strings.ReplaceAll(pkcs8PEM(k.rsa), "\n", `\n`), public: k.rsa, wantAlg: "RS256"},
		"carriage returns":      {key: strings.ReplaceAll(pkcs8PEM(k.rsa), "\n", "\r\n"), public: k.rsa, wantAlg: "RS256"},
		"blanks around":         {key: "\n  " + pkcs8PEM(k.rsa) + "\n\n", public: k.rsa, wantAlg: "RS256"},
		"certificate first":     {key: block("CERTIFICATE", k.cert) + pkcs8PEM(k.rsa), public: k.rsa, wantAlg: "RS256"},
		"JWK":                   {key: jwk(k.rsa, "jwk-id", ""), public: k.rsa, wantAlg: "RS256", wantID: "jwk-id"},
		"JWK EC":                {key: jwk(k.p384, "", ""), public: k.p384, wantAlg: "ES384"},
		"JWK with algorithm":    {key: jwk(k.rsa, "jwk-id", "PS512"), public: k.rsa, wantAlg: "PS512", wantID: "jwk-id"},
		"key id wins":           {key: jwk(k.rsa, "jwk-id", ""), id: "other-id", public: k.rsa, wantAlg: "RS256", wantID: "other-id"},
		"key id":                {key: pkcs8PEM(k.rsa), id: "other-id", public: k.rsa, wantAlg: "RS256", wantID: "other-id"},
		"RS384":                 {key: pkcs8PEM(k.rsa), alg: "RS384", public: k.rsa, wantAlg: "RS384"},
		"RS512":                 {key: pkcs8PEM(k.rsa), alg: "RS512", public: k.rsa, wantAlg: "RS512"},
		"PS256":                 {key: pkcs8PEM(k.rsa), alg: "PS256", public: k.rsa, wantAlg: "PS256"},
		"PS384":                 {key: pkcs8PEM(k.rsa), alg: "PS384", public: k.rsa, wantAlg: "PS384"},
	} {
		t.Run(name, func(t *testing.T) {
			token := assertionOf(t, &providers.Assertion{
				Key: providers.Secret(tt.key), Passphrase: tt.passphrase, KeyID: tt.id, Algorithm: tt.alg, Issuer: "app",
			})
			header, claims := verify(t, token, tt.public.Public())
			assert.Equal(t, tt.wantAlg, header["alg"])
			assert.Equal(t, tt.wantID, header["kid"])
			assert.Equal(t, "JWT", header["typ"])
			assert.NotContains(t, header, "jwk")
			assert.NotContains(t, header, "x5t")
			assert.Equal(t, "app", claims["iss"])
		})
	}
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	k := keys()
	for name, tt := range map[string]struct {
		assertion providers.Assertion
		wantErr   string
	}{
		"garbage":             {providers.Assertion{Key: "garbage"}, "give a PEM block"},
		"no key in it":        {providers.Assertion{Key: providers.Secret(block("CERTIFICATE", k.cert))}, "give a PEM block"},
		"public key":          {providers.Assertion{Key: providers.Secret(block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(k.rsa.Public()))))}, "give a PEM block"},
		"wrong kind of block": {providers.Assertion{Key: providers.Secret(block("RSA PRIVATE KEY", []byte{1, 2, 3}))}, "give a PEM block"},
		"bad certificate":     {providers.Assertion{Key: providers.Secret(block("CERTIFICATE", []byte{1}) + pkcs8PEM(k.rsa))}, "certificate beside the private key cannot be read"},
		"two keys":            {providers.Assertion{Key: providers.Secret(pkcs8PEM(k.rsa) + pkcs8PEM(k.p256))}, "several private keys"},
		"no passphrase":       {providers.Assertion{Key: providers.Secret(encrypted(k.rsa, nil))}, "no passphrase is set"},
		"wrong passphrase":    {providers.Assertion{Key: providers.Secret(encrypted(k.rsa, nil)), Passphrase: "planted-secret"}, "the passphrase is wrong"},
		"old encryption":      {providers.Assertion{Key: "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----"}, "openssl pkcs8 -topk8"},
		"public JWK":          {providers.Assertion{Key: providers.Secret(jwk(k.rsa.Public(), "", ""))}, "is a public key"},
		"symmetric JWK":       {providers.Assertion{Key: providers.Secret(jwk([]byte("planted-secret-of-some-length---"), "", ""))}, "give a PEM block"},
		"bad JWK":             {providers.Assertion{Key: `{"kty":"RSA"}`}, "give a PEM block"},
		"other algorithm":     {providers.Assertion{Key: providers.Secret(pkcs8PEM(k.rsa)), Algorithm: "ES256"}, "cannot sign with ES256"},
		"unknown algorithm":   {providers.Assertion{Key: providers.Secret(pkcs8PEM(k.rsa)), Algorithm: "none"}, "cannot sign with none"},
		"no certificate":      {providers.Assertion{Key: providers.Secret(pkcs8PEM(k.rsa)), X5T: true}, "put both into one PEM"},
		"foreign certificate": {providers.Assertion{Key: providers.Secret(block("CERTIFICATE", k.foreignCert) + pkcs8PEM(k.rsa)), X5T: true}, "put both into one PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vendorhttp.New(settings(always(200, ""), providers.Source{Auth: providers.TokenAuth{URL: tokenURL, Assertion: &tt.assertion}}))
			require.ErrorContains(t, err, tt.wantErr)
			assert.NotContains(t, err.Error(), "planted-secret")
		})
	}
}
