Option Explicit
#If VBA7 Then
Private Declare PtrSafe Sub Sleep Lib "kernel32" (ByVal ms As Long)
#Else
Private Declare Sub Sleep Lib "kernel32" (ByVal ms As Long)
#End If

Public Sub 順次計算()
    Dim r As Long
    For r = 2 To {number}
        Cells(r, 3).Calculate
        If r Mod 50 = 0 Then Sleep 100
        Application.StatusBar = r & " 行目"
    Next r
    Application.StatusBar = False
End Sub
