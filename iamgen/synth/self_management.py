"""Make ManageOwnUserP: what a person may do to their own user, and how little of it without MFA.

The actions are those of AWS's published policy for managing one's own credentials with MFA (IAM User
Guide), less what would reach another user.
"""

from __future__ import annotations

from collections.abc import Iterator

from awacs import iam, signin, sts
from awacs.aws import Action, PolicyDocument, Statement

from iamgen.declaration.naming import Naming
from iamgen.declaration.types.settings import Settings
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


def manage_own_user(naming: Naming, settings: Settings) -> PolicyDocument:
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
        *_aws_login(naming, settings),
        deny_all_but("NothingElseWithoutMFA", _before_mfa(settings), WITHOUT_MFA),
    )


def _aws_login(naming: Naming, settings: Settings) -> Iterator[Statement]:
    """Yield what the command `aws login` needs, as AWS's policy SignInLocalDevelopmentAccess has it.

    The browser's request is that of a console session, and needs MFA in any case. AWS documents nowhere whether the
    request that then exchanges the code for a token carries MFA, so that can be left out for the token alone.
    """
    if settings.aws_login == "no":
        return
    clients = [f"arn:{naming.partition}:signin:*:*:oauth2/public-client/*"]
    conditions = (WITH_MFA,) if settings.aws_login == "mfa" else ()
    yield allow("AuthorizeAWSLogin", (signin.AuthorizeOAuth2Access,), clients, WITH_MFA)
    yield allow("CreateAWSLoginToken", (signin.CreateOAuth2Token,), clients, *conditions)


def _before_mfa(settings: Settings) -> tuple[Action, ...]:
    """Return the actions that the Deny leaves to somebody without MFA."""
    first = () if settings.password_change_needs_mfa else _FIRST_SIGN_IN
    token = (signin.CreateOAuth2Token,) if settings.aws_login == "token-without-mfa" else ()
    return (*_BEFORE_MFA, *first, *token)
