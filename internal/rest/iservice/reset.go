package iservice

import (
	"fmt"
	"net/http"
	"net/url"

	"contactgraph/internal/limiter"
	"contactgraph/internal/reset"
)

// costReset is the cost of a request for a new password, which is recorded and no more.
const costReset = 30

// resetSend handles the operation resetSend: it requests a message with a link to the page of a
// form. The response is the same whether the login, and the account, exist or not.
func (a *API) resetSend(w http.ResponseWriter, r *http.Request, resp *response) error {
	resp.LoggedIn = nil
	sent, err := readEither(w, r, func(form url.Values) resetRequest {
		return resetRequest{text(parameter(form, "emailAddress")), text(parameter(form, "resetUrl"))}
	})
	if err != nil {
		return err
	}
	permit, err := a.BeginAnonymous(r, costReset)
	defer permit.Release()
	if err != nil {
		return err
	}
	account, found, err := a.IServiceAccount(r.Context())
	if err != nil {
		return fmt.Errorf("look up the account of the iService API: %w", err)
	}
	if !found {
		account = 0
	}
	return a.Resets.Record(r.Context(), reset.Request{
		Account: account, Login: string(sent.EmailAddress), Link: string(sent.ResetURL), Address: limiter.Address(r),
	})
}

// resetRequest are the parameters of resetSend. Without ResetURL, the link leads to the console.
type resetRequest struct {
	EmailAddress text `json:"emailAddress"`
	ResetURL     text `json:"resetUrl"`
}

// resetConfirm handles the operation resetconfirm: it sets the password of the owner of a token. It
// signs no one in.
func (a *API) resetConfirm(w http.ResponseWriter, r *http.Request, resp *response) error {
	resp.LoggedIn = nil
	sent, err := readEither(w, r, func(form url.Values) resetConfirmation {
		return resetConfirmation{text(parameter(form, "confirmGuid")), text(parameter(form, "newPassword"))}
	})
	if err != nil {
		return err
	}
	permit, err := a.BeginAnonymous(r, costSignIn)
	defer permit.Release()
	if err != nil {
		return err
	}
	return a.Resets.Confirm(r.Context(), a.contacts, string(sent.ConfirmGUID), string(sent.NewPassword), limiter.Address(r))
}

// resetConfirmation are the parameters of resetconfirm. ConfirmGUID is the token of the link.
type resetConfirmation struct {
	ConfirmGUID text `json:"confirmGuid"`
	NewPassword text `json:"newPassword"`
}
