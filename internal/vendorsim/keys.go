package vendorsim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// The keys with which simulated customers sign. They are computed, not stored: no
// private key lies in the repository, and a restarted simulator has the same ones.

// ECKey returns the P-256 key.
var ECKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	sum := sha256.Sum256([]byte("vendorsim P-256 test key"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
	if err != nil {
		panic(err) // the scalar above is in range
	}
	return key
})

// RSAKey returns the 2048-bit key.
var RSAKey = sync.OnceValue(func() *rsa.PrivateKey {
	e := big.NewInt(65537)
	one := big.NewInt(1)
	p, q := prime("p", e), prime("q", e)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	if err := key.Validate(); err != nil {
		panic(err) // p and q are fixed
	}
	return key
})

// prime returns the first 1024-bit prime after a fixed number for which e has an
// inverse.
func prime(name string, e *big.Int) *big.Int {
	var b []byte
	for i := range 4 {
		sum := sha256.Sum256(fmt.Appendf(nil, "vendorsim RSA test key %s %d", name, i))
		b = append(b, sum[:]...)
	}
	b[0] |= 0xC0
	b[len(b)-1] |= 1
	n, two, mod := new(big.Int).SetBytes(b), big.NewInt(2), new(big.Int)
	for !n.ProbablyPrime(0) || mod.Mod(new(big.Int).Sub(n, big.NewInt(1)), e).Sign() == 0 {
		n.Add(n, two)
	}
	return n
}

// PEM returns a private key as PKCS#8.
func PEM(key crypto.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err) // only the keys above are passed
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// PKCS1PEM returns the RSA key as PKCS#1.
func PKCS1PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(RSAKey())}))
}

var certificate = sync.OnceValue(func() []byte {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "collector.example.com"},
		NotBefore:    time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	key := RSAKey()
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err) // template and key are fixed
	}
	return der
})

// CertificatePEM returns a self-signed certificate of the RSA key. PKCS#1 v1.5
// signatures are deterministic, so it is always the same one.
func CertificatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate()}))
}

// Thumbprints returns the certificate's x5t and x5t#S256.
func Thumbprints() (x5t, x5tS256 string) {
	a, b := sha1.Sum(certificate()), sha256.Sum256(certificate())
	return base64.RawURLEncoding.EncodeToString(a[:]), base64.RawURLEncoding.EncodeToString(b[:])
}
