' Where every button leads. It hands over to the Python in this extension, or says what is missing. The Python is loaded
' as a component and not as a script: then LibreOffice needs no package for scripts, and finds this module without Python.
Option Explicit

Sub Press(id As String)
    Dim loader As Object, context As Object, folder As String
    context = GetDefaultContext()
    On Error GoTo NoPython
    loader = createUnoService("com.sun.star.loader.Python")
    If IsNull(loader) Then GoTo NoPython
    On Error GoTo Failed
    folder = context.getValueByName("/singletons/com.sun.star.deployment.PackageInformationProvider") _
        .getPackageLocation("@IDENTIFIER@")
    loader.activate("@COMPONENT@", "", folder & "/python/handover.py", Nothing) _
        .createInstanceWithContext(context).trigger(id)
    Exit Sub
NoPython:
    MsgBox "@NO_PYTHON@", 48, "@TITLE@"
    Exit Sub
Failed:
    MsgBox "@FAILED@" & Chr(10) & Chr(10) & Error, 48, "@TITLE@"
End Sub
