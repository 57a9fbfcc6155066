package rest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

// TestRejectionsOfACustomerAreLimitedInBothAPIs spends a customer's rejections over both APIs,
// which share their number.
func TestRejectionsOfACustomerAreLimitedInBothAPIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie := f.cookie().and("Content-Type", "application/json")
	before := f.shape(customer)
	put := func(email, version string) response {
		return f.do(http.MethodPut, contactPath(customer), fmt.Sprintf(`{"Email": %q, "LimitMailsPermanently": false, "Version": %q, "ContactCompanyId": 1, "LatestPermissionSource": "form"}`,
			email, version), cookie)
	}
	set := func(login string) response {
		return f.do(http.MethodPost, setPath, fmt.Sprintf(`{"contactID": %d, "details": {"setLogins": true, "logins": [{"name": %q, "type": ""}]}}`, customer, login), cookie)
	}
	stale := "QEA="
	if got := put("second@example.com", stale); got.StatusCode != http.StatusConflict || got.Header.Get("X-Conflict") != "version" {
		t.Errorf("a stale version: %d %s", got.StatusCode, got.body)
	}
	for i := range 5 {
		if got := put("second@example.com", f.version(customer)); got.StatusCode != http.StatusConflict || got.Header.Get("X-Conflict") != "email" {
			t.Errorf("address %d: %d %s", i, got.StatusCode, got.body)
		}
		expect(t, set("taken@example.com"), http.StatusOK, failed("Login already in use.", "taken@example.com is assigned to another contact."))
	}
	const text = "Too many of your changes were rejected because an email address, phone number or login cannot be used. Try again in a few minutes."
	for _, email := range []string{"second@example.com", "free@example.com"} {
		got := put(email, f.version(customer))
		expect(t, got, http.StatusTooManyRequests, `{"Message":"`+text+`"}`)
		if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 300 {
			t.Errorf("Retry-After: %d, %v", wait, err)
		}
		expect(t, set(email), http.StatusOK, failed("Too many attempts.", text))
	}
	if after := f.shape(customer); after != before {
		t.Errorf("the contact is now %s", after)
	}
}
