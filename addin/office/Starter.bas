Attribute VB_Name = "Starter"
Option Explicit
' The only module that differs from host to host. In LibreOffice, where only the tests run it, VBA7 does not hold.
' LibreOffice 7.4 takes #If for a comment and runs all branches in turn: hence its own comes first and ends with Exit,
' and no #If stands around a procedure.

' Start Python and return at once. The interpreter comes from the installation, never from a workbook.
Public Sub Start(ByVal args As String)
    #If Not VBA7 Then
        If Dir(Environ("NIANBAO_PYTHON")) = "" Then Err.Raise 53
        Shell Runner.CommandLine(Environ("NIANBAO_PYTHON"), args), 0
        Exit Sub
    #ElseIf Mac Then
        ' The script, laid down by the installation, knows the interpreter and quotes each line for the shell.
        AppleScriptTask "nianbao.applescript", "StartNianbao", args
    #Else
        Dim host As Object, command As String
        Set host = CreateObject("WScript.Shell")
        command = Runner.CommandLine(host.RegRead("HKCU\Software\nianbao\Python"), args)
        ' Run, unlike VBA's own Shell, keeps Chinese names on any Windows, but replaces %NAME% by that variable.
        ' It does so once, so a variable that holds a percent sign brings each one through.
        If InStr(command, "%") > 0 Then host.Environment("PROCESS").Item("NIANBAO_PERCENT") = "%"
        host.Run Replace(command, "%", "%NIANBAO_PERCENT%"), 0, False
    #End If
End Sub

' Whether an error of Start says that there is no program to start.
Public Function IsMissing(ByVal number As Long) As Boolean
    #If Not VBA7 Then
        IsMissing = (number = 53)
        Exit Function
    #ElseIf Mac Then
        IsMissing = (number = 5)
    #Else
        IsMissing = (number = -2147024894) ' 0x80070002, of RegRead and of Run alike
    #End If
End Function

Public Function HostName() As String
    #If Not VBA7 Then
        HostName = "libreoffice:" & Environ("NIANBAO_PIPE")
        Exit Function
    #End If
    HostName = Application.Path & Application.PathSeparator & Application.Name
End Function

Public Function HostWindow() As String
    #If Not VBA7 Then
        HostWindow = "0"
        Exit Function
    #ElseIf Mac Then
        HostWindow = "0"
    #Else
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
