package contactgraph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	resultTypes = "application/graphql-response+json, application/json;q=0.9"
	streamType  = "text/event-stream"
)

// send sends a query or mutation once.
func (c *Client) send(ctx context.Context, body []byte, key string, result *graphql.Response) *Error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	response, failed := c.post(ctx, body, resultTypes, key)
	if failed != nil {
		return failed
	}
	defer func() { _ = response.Body.Close() }()
	return readResult(response, result)
}

// post sends a request once. The caller closes the body of the response.
func (c *Client) post(ctx context.Context, body []byte, accept, key string) (*http.Response, *Error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err == nil && (request.URL.Host == "" || request.URL.Scheme != "http" && request.URL.Scheme != "https") {
		err = fmt.Errorf("the address %q does not begin with http:// or https://", c.url)
	}
	if err != nil {
		return nil, &Error{Code: CodeBadResponse, Err: err}
	}
	request.Header = c.header.Clone()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &Error{Code: CodeNoResponse, Err: err}
	}
	return response, nil
}

// readResult reads a result in JSON, which may be that of a proxy.
func readResult(response *http.Response, result *graphql.Response) *Error {
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return &Error{Code: CodeNoResponse, Status: response.StatusCode, Err: err}
	}
	failed := decode(text, result)
	if failed != nil {
		failed.Status, failed.RequestID = response.StatusCode, response.Header.Get("X-Request-ID")
		if failed.Code == CodeBadResponse && isUnavailable(response.StatusCode) {
			failed.Code = CodeNoResponse
		}
		if seconds, err := strconv.ParseFloat(response.Header.Get("Retry-After"), 64); err == nil {
			failed.RetryAfter = inSeconds(seconds)
		}
	}
	return failed
}

// isUnavailable reports whether a status without a result is that of a proxy or server that can
// have a result later.
func isUnavailable(status int) bool {
	return status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests
}

// decode decodes a result. Its data can be present if it has errors.
func decode(text []byte, result *graphql.Response) *Error {
	var received struct {
		Data       json.RawMessage `json:"data"`
		Errors     gqlerror.List   `json:"errors"`
		Extensions map[string]any  `json:"extensions"`
	}
	if err := json.Unmarshal(text, &received); err != nil {
		return &Error{Code: CodeBadResponse, Err: err}
	}
	result.Errors, result.Extensions = received.Errors, received.Extensions
	if len(received.Data) > 0 {
		if err := json.Unmarshal(received.Data, result.Data); err != nil {
			return &Error{Code: CodeBadResponse, Err: err}
		}
	}
	if len(received.Errors) > 0 {
		return errorOf(received.Errors)
	}
	if len(received.Data) == 0 {
		return &Error{Code: CodeBadResponse, Message: "The response has neither data nor errors."}
	}
	return nil
}

// errorOf returns the errors of a response as one, whose code is that of the first.
func errorOf(errors gqlerror.List) *Error {
	failed := &Error{Code: CodeBadResponse, Errors: errors}
	if code, ok := errors[0].Extensions["code"].(string); ok {
		failed.Code = Code(code)
	}
	if seconds, ok := errors[0].Extensions["retryAfter"].(float64); ok {
		failed.RetryAfter = inSeconds(seconds)
	}
	for i, one := range errors {
		if i > 0 {
			failed.Message += " "
		}
		failed.Message += one.Message
	}
	return failed
}

func inSeconds(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
