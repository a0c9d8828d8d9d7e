Option Explicit

' 共有の一覧を文字で控える (ボタン)
Public Sub 控え_Click()
    Dim p As String
    p = ThisWorkbook.Path
    Shell "cmd.exe /c dir """ & p & """ /b > """ & p & "\list.txt""", vbNormalFocus
End Sub
