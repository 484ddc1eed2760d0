Attribute VB_Name = "Starter"
Option Explicit
' The only module that differs from host to host. Hosts are told apart by what they can do: LibreOffice, where only the
' tests run this, by the pipe it was given; a Mac by its compiler; every other one, of whatever age, has WScript.Shell.
' LibreOffice 7.4 takes #If for a comment and runs all branches in turn: hence its own comes first and ends with Exit,
' and no #If stands around a procedure.

Private Const NOT_FOUND As Long = -2147024894 ' 0x80070002, of RegRead and of Run alike

' Start Python and return at once. The interpreter comes from the installation, never from a workbook.
Public Sub Start(ByVal args As String)
    If InLibreOffice() Then
        If Dir(Environ("NIANBAO_PYTHON")) = "" Then Err.Raise 53
        Shell Runner.CommandLine(Environ("NIANBAO_PYTHON"), args), 0
        Exit Sub
    End If
    #If Mac Then
        ' The script, laid down by the installation, knows the interpreter and quotes each line for the shell.
        AppleScriptTask "nianbao.applescript", "StartNianbao", args
    #Else
        Dim host As Object, command As String
        Set host = CreateObject("WScript.Shell")
        command = Runner.CommandLine(Interpreter(host), args)
        ' Run, unlike VBA's own Shell, keeps Chinese names on any Windows, but replaces %NAME% by that variable.
        ' It does so once, so a variable that holds a percent sign brings each one through.
        If InStr(command, "%") > 0 Then host.Environment("PROCESS").Item("NIANBAO_PERCENT") = "%"
        host.Run Replace(command, "%", "%NIANBAO_PERCENT%"), 0, False
    #End If
End Sub

' The first Python that an installation names: this user's, else that of all users, in either view of the registry.
Private Function Interpreter(ByVal host As Object) As String
    Dim place As Variant
    On Error Resume Next
    For Each place In Array("HKCU\Software\nianbao\Python", "HKLM\Software\nianbao\Python", _
                            "HKLM\Software\WOW6432Node\nianbao\Python")
        Interpreter = host.RegRead(CStr(place))
        If Interpreter <> "" Then Exit Function
    Next
    On Error GoTo 0
    Err.Raise NOT_FOUND
End Function

Private Function InLibreOffice() As Boolean
    InLibreOffice = (Environ("NIANBAO_PIPE") <> "")
End Function

' Whether an error of Start says that there is no program to start.
Public Function IsMissing(ByVal number As Long) As Boolean
    If InLibreOffice() Then
        IsMissing = (number = 53)
        Exit Function
    End If
    #If Mac Then
        IsMissing = (number = 5)
    #Else
        IsMissing = (number = NOT_FOUND)
    #End If
End Function

' Whether an error of Start says that a rule of the computer keeps Excel from starting programs.
Public Function IsForbidden(ByVal number As Long) As Boolean
    Select Case number
        Case 70, -2147024891, -2147023636 ' permission denied, so too in Windows (0x80070005); by policy (0x800704EC)
            IsForbidden = True
    End Select
End Function

Public Function HostName() As String
    If InLibreOffice() Then
        HostName = "libreoffice:" & Environ("NIANBAO_PIPE")
        Exit Function
    End If
    HostName = Application.Path & Application.PathSeparator & Application.Name
End Function

Public Function HostWindow() As String
    HostWindow = "0"
    If InLibreOffice() Then Exit Function
    #If Not Mac Then
        HostWindow = CStr(Application.Hwnd)
    #End If
End Function

' The file the clerk picks, "" when none.
Public Function PickedFile(ByVal filter As String, ByVal title As String) As String
    Dim picked As Variant
    #If Mac Then
        picked = Application.GetOpenFilename() ' knows no filter of this kind
    #Else
        picked = Application.GetOpenFilename(filter, , title)
    #End If
    If VarType(picked) = vbString Then PickedFile = picked
End Function
