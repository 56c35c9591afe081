package entra

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// The trusted issuer of a federated credential, and the workload that it names.
const (
	issuer   = "https://issuer.example.com"
	subject  = "system:serviceaccount:logs:collector"
	audience = "api://AzureADTokenExchange"
)

// FederatedToken returns the workload's token: signed with vendorsim's elliptic key,
// and valid for so long that one serves all tests.
var FederatedToken = sync.OnceValue(func() string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: vendorsim.ECKey()}, nil)
	if err == nil {
		var text string
		text, err = jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: issuer, Subject: subject, Audience: jwt.Audience{audience}, Expiry: jwt.NewNumericDate(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)),
		}).Serialize()
		if err == nil {
			return text
		}
	}
	panic(fmt.Sprintf("entra: %v", err)) // key and claims are fixed
})

// FederatedTokenFile returns the path of a file with the token. The configurations
// name a file, so there must be one: it lies among the temporary files, one for all
// simulators.
func FederatedTokenFile() string {
	path := filepath.Join(os.TempDir(), "vendorsim-federated-token")
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return path // any token of the key is as good: ECDSA signatures differ each time
	}
	file, err := os.CreateTemp(filepath.Dir(path), "vendorsim-*")
	if err == nil {
		_, err = file.WriteString(FederatedToken())
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		panic(fmt.Sprintf("entra: %v", err)) // without temporary files no test runs
	}
	return path
}

// federation is the app's trust in the issuer.
func federation() *vendorsim.Assertion {
	return &vendorsim.Assertion{
		Key: vendorsim.ECKey().Public(), Algorithms: []jose.SignatureAlgorithm{jose.ES256}, Issuer: issuer, Subject: subject,
		Audience: func(*http.Request) []string { return []string{audience} }, MaxLifetime: 100 * 365 * 24 * time.Hour,
	}
}
