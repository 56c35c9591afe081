package vendorhttp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/youmark/pkcs8"
)

// signingKey is a parsed private key with what stood beside it.
type signingKey struct {
	private     any
	id          string // of a JWK
	algorithm   string // of a JWK, else by the kind of key
	certificate *x509.Certificate
}

var errKeyKinds = errors.New("the private key cannot be read; give a PEM block (PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY) or a private JWK as JSON")

// parseKey reads a private key. Its errors never quote the text.
func parseKey(text, passphrase string) (*signingKey, error) {
	text = strings.TrimSpace(text)
	var k *signingKey
	var err error
	if strings.HasPrefix(text, "{") {
		k, err = parseJWK(text)
	} else {
		k, err = parsePEM(text, passphrase)
	}
	if err != nil {
		return nil, err
	}
	if k.algorithm == "" {
		k.algorithm, err = algorithmFor(k.private)
	}
	return k, err
}

func parseJWK(text string) (*signingKey, error) {
	var jwk jose.JSONWebKey
	if json.Unmarshal([]byte(text), &jwk) != nil || !jwk.Valid() {
		return nil, errKeyKinds
	}
	if jwk.IsPublic() {
		return nil, errors.New("the JWK is a public key; give the private one")
	}
	k := &signingKey{private: jwk.Key, id: jwk.KeyID, algorithm: jwk.Algorithm}
	if len(jwk.Certificates) > 0 {
		k.certificate = jwk.Certificates[0]
	}
	return k, nil
}

func parsePEM(text, passphrase string) (*signingKey, error) {
	if !strings.Contains(text, "\n") {
		// An environment variable or JSON file may hold line breaks as "\n".
		text = strings.ReplaceAll(text, `\n`, "\n")
	}
	k := &signingKey{}
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if err := k.addBlock(block, passphrase); err != nil {
			return nil, err
		}
	}
	if k.private == nil {
		return nil, errKeyKinds
	}
	return k, nil
}

func (k *signingKey) addBlock(block *pem.Block, passphrase string) (err error) {
	if block.Headers["DEK-Info"] != "" {
		return errors.New("the private key is encrypted in the old PEM manner; convert it with: openssl pkcs8 -topk8")
	}
	var key any
	switch block.Type {
	case "CERTIFICATE":
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return errors.New("the certificate beside the private key cannot be read")
		}
		if k.certificate == nil { // the first is the key's own, the others its chain
			k.certificate = cert
		}
		return nil
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		if passphrase == "" {
			return errors.New("the private key is encrypted and no passphrase is set")
		}
		if key, err = pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte(passphrase)); err != nil {
			return errors.New("the private key cannot be decrypted: the passphrase is wrong, or the encryption is not PBES2 with AES or 3DES")
		}
	default: // EC PARAMETERS and the like
		return nil
	}
	if err != nil {
		return errKeyKinds
	}
	if k.private != nil {
		return errors.New("there are several private keys; give one")
	}
	k.private = key
	return nil
}

// algorithmFor returns the usual signature algorithm of a kind of key.
func algorithmFor(key any) (string, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return string(jose.RS256), nil
	case *ecdsa.PrivateKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return string(jose.ES256), nil
		case 384:
			return string(jose.ES384), nil
		case 521:
			return string(jose.ES512), nil
		}
	case ed25519.PrivateKey:
		return string(jose.EdDSA), nil
	}
	return "", fmt.Errorf("a private key of type %T cannot sign; give an RSA or EC key", key)
}

// matches tells whether the certificate is the key's.
func (k *signingKey) matches() bool {
	signer, ok := k.private.(crypto.Signer)
	if !ok || k.certificate == nil {
		return false
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(k.certificate.PublicKey)
}
