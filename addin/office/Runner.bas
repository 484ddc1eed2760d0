Attribute VB_Name = "Runner"
Option Explicit
' From a verb to the command line: pure functions, no host.

Public Const REFUSED As Long = 513 ' raised for a text that no command line can carry

' Only a new workbook can be had while none is open.
Public Function LacksBook(ByVal verb As String, ByVal book As String) As Boolean
    LacksBook = (book = "" And Left$(verb, 3) <> "new")
End Function

' The arguments of nianbao.macros, one a line. xw.Book.caller() reads those that begin with --.
Public Function Arguments(ByVal verb As String, ByVal book As String, ByVal app As String, _
                          ByVal hwnd As String, ByVal file As String) As String
    If InStr(book & file, vbLf) > 0 Then Err.Raise REFUSED
    Arguments = verb & vbLf & "--wb=" & book & vbLf & "--from_xl=1" & vbLf & "--app=" & app & vbLf & "--hwnd=" & hwnd
    If file <> "" Then Arguments = Arguments & vbLf & "--file=" & file
End Function

' Each argument stands in quotes as a whole: LibreOffice, unlike Windows, cannot read --wb="a b".
Public Function CommandLine(ByVal python As String, ByVal args As String) As String
    Dim words As String
    words = python & vbLf & "-P" & vbLf & "-m" & vbLf & "nianbao.macros" & vbLf & args
    If InStr(words, Chr$(34)) > 0 Then Err.Raise REFUSED
    CommandLine = Chr$(34) & Replace(words, vbLf, Chr$(34) & " " & Chr$(34)) & Chr$(34)
End Function
