"""ManageOwnUserP: what a person may do to their own user, and how little of it without MFA.

The actions are those of AWS's published policy for managing one's own credentials with MFA (IAM User
Guide), less what would reach another user.
"""

from __future__ import annotations

from awacs import iam, sts
from awacs.aws import Action, PolicyDocument

from iamgen.declaration.naming import Naming
from iamgen.synth.statements import (
    EVERYTHING,
    OWN_NAME,
    WITH_MFA,
    WITHOUT_MFA,
    allow,
    deny_all_but,
    document,
)

_ACCOUNT_INFO = (iam.GetAccountPasswordPolicy, iam.GetAccountSummary, iam.ListVirtualMFADevices)
_OWN_PASSWORD = (iam.ChangePassword, iam.GetUser)
_ENROL_MFA = (iam.EnableMFADevice, iam.GetMFADevice, iam.ListMFADevices, iam.ResyncMFADevice)
_OWN_CREDENTIALS = (
    iam.CreateAccessKey,
    iam.DeleteAccessKey,
    iam.GetAccessKeyLastUsed,
    iam.ListAccessKeys,
    iam.UpdateAccessKey,
    iam.DeleteSigningCertificate,
    iam.ListSigningCertificates,
    iam.UpdateSigningCertificate,
    iam.UploadSigningCertificate,
    iam.DeleteSSHPublicKey,
    iam.GetSSHPublicKey,
    iam.ListSSHPublicKeys,
    iam.UpdateSSHPublicKey,
    iam.UploadSSHPublicKey,
    iam.CreateServiceSpecificCredential,
    iam.DeleteServiceSpecificCredential,
    iam.ListServiceSpecificCredentials,
    iam.ResetServiceSpecificCredential,
    iam.UpdateServiceSpecificCredential,
    iam.DeactivateMFADevice,
    iam.GetLoginProfile,
)
_BEFORE_MFA = (
    iam.CreateVirtualMFADevice,
    iam.EnableMFADevice,
    iam.GetMFADevice,
    iam.GetUser,
    iam.ListMFADevices,
    iam.ListVirtualMFADevices,
    iam.ResyncMFADevice,
    sts.GetSessionToken,
)
_FIRST_SIGN_IN = (iam.ChangePassword, iam.GetAccountPasswordPolicy)


def manage_own_user(naming: Naming, *, password_change_needs_mfa: bool) -> PolicyDocument:
    """Return the policy document for the people of the account that `naming` is of."""
    # names are unique in an account whatever their path, so the second form names the same one user
    own_user = [naming.user_arn(OWN_NAME), naming.user_arn(OWN_NAME, "/*/")]
    return document(
        allow("ViewAccountInfo", _ACCOUNT_INFO, EVERYTHING),
        allow("ManageOwnPassword", _OWN_PASSWORD, own_user),
        allow("EnrolOwnMFA", _ENROL_MFA, own_user),
        # people name their device in the console, so no name can be demanded here; it is nobody's until enabled
        allow("CreateMFADevice", (iam.CreateVirtualMFADevice,), [naming.arn("mfa/*")]),
        allow("DeleteOwnMFADevice", (iam.DeleteVirtualMFADevice,), [naming.arn(f"mfa/{OWN_NAME}")], WITH_MFA),
        allow("ManageOwnCredentials", _OWN_CREDENTIALS, own_user, WITH_MFA),
        deny_all_but(
            "NothingElseWithoutMFA", _before_mfa(password_change_needs_mfa=password_change_needs_mfa), WITHOUT_MFA
        ),
    )


def _before_mfa(*, password_change_needs_mfa: bool) -> tuple[Action, ...]:
    return _BEFORE_MFA if password_change_needs_mfa else (*_BEFORE_MFA, *_FIRST_SIGN_IN)
