// Print what AWS's library for Go reads: read_profiles CONFIG CREDENTIALS PROFILE…
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
)

func options(profile config.SharedConfig) map[string]interface{} {
	read := map[string]interface{}{}
	for name, value := range map[string]string{
		"region":             profile.Region,
		"role_arn":           profile.RoleARN,
		"source_profile":     profile.SourceProfileName,
		"mfa_serial":         profile.MFASerial,
		"role_session_name":  profile.RoleSessionName,
		"credential_process": profile.CredentialProcess,
		"aws_access_key_id":  profile.Credentials.AccessKeyID,
		"sso_session":        profile.SSOSessionName,
		"sso_account_id":     profile.SSOAccountID,
		"sso_role_name":      profile.SSORoleName,
	} {
		if value != "" {
			read[name] = value
		}
	}
	if profile.RoleDurationSeconds != nil {
		read["duration_seconds"] = profile.RoleDurationSeconds.Seconds()
	}
	return read
}

func main() {
	result := map[string]interface{}{}
	for _, name := range os.Args[3:] {
		profile, err := config.LoadSharedConfigProfile(context.TODO(), name, func(o *config.LoadSharedConfigOptions) {
			o.ConfigFiles, o.CredentialsFiles = []string{os.Args[1]}, []string{os.Args[2]}
		})
		if err != nil {
			result[name] = err.Error()
		} else {
			result[name] = options(profile)
		}
	}
	json.NewEncoder(os.Stdout).Encode(result)
}
